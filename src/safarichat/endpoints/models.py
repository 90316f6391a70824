"""Addresses of programs that want to be told what happens, and what they were told."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from safarichat.accounts.models import Account, User
from safarichat.ground.fields import SealedField


class Endpoint(models.Model):
    """One address of an account's. Where `credential_ids`, `fields` or `kinds` say nothing, it is told everything of
    Meta's; what only we tell is told where `fields` names it."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        OFF = "off", _("Switched off")  # by us, after days of failure

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    name = models.CharField(max_length=100, db_default="")
    url = models.CharField(max_length=2000)
    credential_ids = ArrayField(models.BigIntegerField(), null=True)
    fields = ArrayField(models.TextField(), null=True)
    kinds = ArrayField(models.TextField(), null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE, db_default=State.ACTIVE)
    secret = SealedField(db_default="")
    former_secret = SealedField(db_default="")  # signs as well, until the program knows the new one
    former_until = models.DateTimeField(null=True)
    verify_token = models.CharField(max_length=100, db_default="")
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(
        User, models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    # how it goes
    failing_since = models.DateTimeField(null=True)
    failures = models.IntegerField(db_default=0)  # in a row
    rests_until = models.DateTimeField(null=True)  # after failures in a row nothing is tried for a while
    delivered_at = models.DateTimeField(null=True)  # the last time that it took something
    problem = models.CharField(max_length=300, db_default="")  # of the last failure
    told_off_at = models.DateTimeField(null=True)  # when its owners were written to that it is off
    # who delivers
    holder = models.CharField(max_length=64, db_default="")
    held_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "endpoints"
        indexes = [
            models.Index(fields=["account", "id"], name="endpoints_account"),
            models.Index(fields=["created_by"], condition=models.Q(created_by__isnull=False), name="endpoints_maker"),
        ]

    def __str__(self) -> str:
        return self.name or self.url.partition("://")[2].partition("/")[0]


class EndpointEvent(models.Model):
    """Something that programs are told, once for an account: a change in Meta's envelope. `key` is what it is known
    by when it comes again."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    key = models.CharField(max_length=64)
    credential_ids = ArrayField(models.BigIntegerField())
    waba_id = models.CharField(max_length=64, db_default="")
    field = models.CharField(max_length=64)
    kind = models.CharField(max_length=64, db_default="")  # what of the field: messages, statuses, errors
    conversation = models.BigIntegerField(null=True)  # within it, events begin in their order
    value = models.JSONField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "endpoint_events"
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="endpoint_events_once_key")]
        indexes = [
            models.Index(fields=["account", "-id"], name="endpoint_events_account"),
            BrinIndex(fields=["at"], name="endpoint_events_at"),
        ]


class Delivery(models.Model):
    """One event on its way to one endpoint: the row is the queue."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Will be tried again")
        DEAD = "dead", _("Given up")

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    event = models.ForeignKey(EndpointEvent, models.DO_NOTHING, db_constraint=False, related_name="deliveries")
    endpoint = models.ForeignKey(Endpoint, models.DO_NOTHING, db_constraint=False, related_name="deliveries")
    webhook_id = models.CharField(max_length=40)  # the same however often it is sent
    state = models.CharField(max_length=9, choices=State.choices, db_default=State.WAITING)
    tries = models.IntegerField(db_default=0)
    created_at = models.DateTimeField(db_default=Now())
    next_at = models.DateTimeField(null=True)  # of the next try; nothing when there is none
    until = models.DateTimeField()  # given up after this
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "endpoint_deliveries"
        constraints = [models.UniqueConstraint(fields=["account", "event", "endpoint"], name="deliveries_once_key")]
        indexes = [
            models.Index(
                fields=["endpoint", "next_at", "id"],
                condition=models.Q(next_at__isnull=False),
                name="deliveries_due",
            ),
            models.Index(fields=["endpoint", "state", "-id"], name="deliveries_of_state"),
            models.Index(fields=["endpoint", "-id"], name="deliveries_of_endpoint"),
            BrinIndex(fields=["created_at"], name="deliveries_age"),
        ]


class DeliveryTry(models.Model):
    """One request and what came back, as far as they are kept."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    delivery = models.ForeignKey(
        Delivery, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="all_tries"
    )
    number = models.IntegerField()
    at = models.DateTimeField()
    ms = models.IntegerField()
    status = models.SmallIntegerField()  # 0: no answer, and `problem` says why
    request_headers = models.TextField(db_default="")
    response_headers = models.TextField(db_default="")
    response = models.TextField(db_default="")
    problem = models.CharField(max_length=300, db_default="")

    class Meta:
        db_table = "endpoint_tries"
        indexes = [
            models.Index(fields=["delivery", "-id"], name="endpoint_tries_delivery"),
            BrinIndex(fields=["at"], name="endpoint_tries_at"),
        ]
