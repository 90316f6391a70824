"""Provider calls as they came. Safe here first, understood afterwards."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Now

from safarichat.accounts.models import Account
from safarichat.numbers.models import OfficialWhatsappCredential


class Hook(models.Model):
    """One verified webhook, byte for byte. It may carry many accounts' news, so tenants have no right to this table."""

    class State(models.IntegerChoices):
        NEW = 0
        UNDERSTOOD = 1
        SET_ASIDE = 2  # something in it could not be understood: visible, can be replayed

    provider = models.CharField(max_length=100)
    route = models.CharField(max_length=64, db_default="")  # the {key} of the address it came to
    body = models.BinaryField()
    query = models.TextField(db_default="")
    received_at = models.DateTimeField(db_default=Now())
    state = models.SmallIntegerField(choices=State.choices, default=State.NEW, db_default=0)
    reason = models.TextField(db_default="")
    understood_at = models.DateTimeField(null=True)
    is_patient = models.BooleanField(db_default=False)  # brings the past: all others go first
    pieces_done = models.IntegerField(db_default=0)  # of a patient one
    shard = models.SmallIntegerField(db_default=0)  # by the customer it is about: see `keeping.shard`

    class Meta:
        db_table = "inbox"
        indexes = [
            models.Index(fields=["is_patient", "id"], condition=models.Q(state=0), name="inbox_new"),
            models.Index(fields=["-id"], condition=models.Q(state=2), name="inbox_set_aside"),
        ]


class HookEvent(models.Model):
    """News about a number that no page has a better place for yet, shown raw; and what could not be read."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    credential = models.ForeignKey(OfficialWhatsappCredential, models.DO_NOTHING, db_constraint=False, db_index=False)
    hook_id = models.BigIntegerField(null=True)  # no foreign key: the hook's bytes are kept for a shorter time
    field = models.CharField(max_length=64)
    event = models.CharField(max_length=64, db_default="")
    value = models.JSONField()
    reason = models.TextField(db_default="")  # why it could not be read, else empty
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "hook_events"
        indexes = [
            models.Index(fields=["credential", "-id"], name="hook_events_credential"),
            models.Index(fields=["hook_id"], name="hook_events_hook"),
            models.Index(
                "credential",
                KeyTextTransform("provider_message_id", "value"),
                condition=~models.Q(reason=""),
                name="hook_events_strange",
            ),
        ]


class HookOfNumber(models.Model):
    """A hook told something of a number: how its account finds it, without any right to the hooks themselves."""

    pk = models.CompositePrimaryKey("credential", "at", "hook_id")
    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    credential = models.ForeignKey(OfficialWhatsappCredential, models.DO_NOTHING, db_constraint=False, db_index=False)
    at = models.DateTimeField()  # when the hook came
    hook_id = models.BigIntegerField()
    fields = models.CharField(max_length=255, db_default="")  # what it told of: a,b
    reason = models.TextField(db_default="")  # why this number's part could not be understood

    class Meta:
        db_table = "hooks_of_numbers"
        indexes = [BrinIndex(fields=["at"], name="hooks_of_numbers_at")]


class FieldSeen(models.Model):
    """When a number was last told of this field, also when the hook itself is long gone."""

    pk = models.CompositePrimaryKey("credential", "field")
    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    credential = models.ForeignKey(OfficialWhatsappCredential, models.DO_NOTHING, db_constraint=False, db_index=False)
    field = models.CharField(max_length=64)
    last_at = models.DateTimeField()  # a few seconds old at a busy number
    hook_id = models.BigIntegerField()

    class Meta:
        db_table = "fields_seen"


class RefusedCount(models.Model):
    """Calls that were not let in, counted by minute and reason: nothing else of them is kept."""

    minute = models.DateTimeField()
    provider = models.CharField(max_length=100)
    reason = models.CharField(max_length=40)
    count = models.PositiveIntegerField(db_default=0)

    class Meta:
        db_table = "inbox_refused"
        constraints = [
            models.UniqueConstraint(fields=["minute", "provider", "reason"], name="inbox_refused_minute_key")
        ]
