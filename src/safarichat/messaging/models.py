"""Conversations and messages. The message row is the queue; attempts are its evidence."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from safarichat.accounts.models import Account, ApiKey, User
from safarichat.contacts.models import Contact, ContactMerge
from safarichat.numbers.models import OfficialWhatsappCredential


class Conversation(models.Model):
    """What one number and one customer said to each other."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    credential = models.ForeignKey(OfficialWhatsappCredential, models.DO_NOTHING, db_constraint=False, db_index=False)
    contact = models.ForeignKey(
        Contact, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="conversations"
    )
    window_closes_at = models.DateTimeField(null=True, blank=True)  # 24 h after the customer's last message
    free_until = models.DateTimeField(null=True, blank=True)  # end of a free entry window, as the provider told it
    last_message_at = models.DateTimeField(db_default=Now())
    last_text = models.CharField(max_length=300, db_default="")
    last_direction = models.CharField(max_length=3, db_default="")
    last_status = models.CharField(max_length=16, db_default="")
    last_inbound_id = models.BigIntegerField(null=True)  # message to mark as read
    unread_count = models.PositiveIntegerField(db_default=0)
    read_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True)  # when it last wrote on its phone, and had read what was before
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "conversations"
        constraints = [models.UniqueConstraint(fields=["contact", "credential"], name="conversations_contact_key")]
        indexes = [
            models.Index(fields=["account", "-last_message_at", "-id"], name="conversations_list"),
            models.Index(
                fields=["account", "-last_message_at", "-id"],
                condition=models.Q(unread_count__gt=0),
                name="conversations_unread",
            ),
        ]


class ConversationMove(models.Model):
    """What a merge of contacts did to one conversation: it changed hands, or its messages went into another."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    merge = models.ForeignKey(ContactMerge, models.DO_NOTHING, db_constraint=False, db_index=False)
    conversation_id = models.BigIntegerField()
    into_id = models.BigIntegerField(null=True)  # the conversation that it became a part of
    was = models.JSONField()  # its row, and the other's, as they were
    into_was = models.JSONField(null=True)
    message_ids = models.JSONField(null=True)

    class Meta:
        db_table = "conversation_moves"
        indexes = [models.Index(fields=["merge"], name="conversation_moves_merge")]


class Message(models.Model):
    """One message, in or out. `body` is a Cloud API message object without addressing."""

    class Direction(models.TextChoices):
        IN = "in"
        OUT = "out"

    class Status(models.TextChoices):
        RECEIVED = "received", _("Received")
        QUEUED = "queued", _("Waiting to be sent")
        SENDING = "sending", _("Being sent")
        ACCEPTED = "accepted", _("Accepted by the provider")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        READ = "read", _("Read")
        PLAYED = "played", _("Played")
        FAILED = "failed", _("Failed")
        UNCONFIRMED = "unconfirmed", _("Not confirmed")
        CANCELLED = "cancelled", _("Cancelled")

    class Priority(models.IntegerChoices):
        REPLY = 0
        UTILITY = 5
        BULK = 9

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    credential = models.ForeignKey(OfficialWhatsappCredential, models.DO_NOTHING, db_constraint=False, db_index=False)
    conversation = models.ForeignKey(
        Conversation, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="messages"
    )
    direction = models.CharField(max_length=3, choices=Direction.choices)
    kind = models.CharField(max_length=40)
    body = models.JSONField()
    text = models.TextField(db_default="")  # what a list shows
    status = models.CharField(max_length=16, choices=Status.choices)
    provider_message_id = models.CharField(max_length=255, null=True)
    context_id = models.CharField(max_length=255, db_default="")  # provider id of the message that this refers to
    at = models.DateTimeField(db_default=Now())  # the provider's time for "in", ours for "out"; the thread's order
    created_at = models.DateTimeField(db_default=Now())
    # outbound only
    origin = models.CharField(max_length=16, db_default="")  # phone | partner: written there, not here
    sent_by = models.ForeignKey(
        User, models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    form_token = models.CharField(max_length=64, null=True)  # one composer form, one message
    callback_data = models.CharField(max_length=512, null=True)  # a program's own word, given back with each status
    purpose = models.CharField(max_length=16, db_default="")  # of a template: what its recipient may have withdrawn
    priority = models.SmallIntegerField(choices=Priority.choices, default=Priority.REPLY, db_default=0)
    attempt_count = models.SmallIntegerField(db_default=0)
    not_before = models.DateTimeField(null=True)  # a Later's wait
    expires_at = models.DateTimeField(null=True)  # of no use to the customer after this: fails unsent
    status_at = models.DateTimeField(null=True)
    problem = models.JSONField(null=True)  # a providers.shapes.Problem
    is_unchecked = models.BooleanField(db_default=False)  # of a kind not known here, passed on as it was
    loss = models.JSONField(null=True)  # sentences on what the provider did not carry of it
    price = models.JSONField(null=True)
    is_waiting = models.GeneratedField(  # in the outbox's index instead of the status: see migration 0005
        expression=models.Q(status__in=["queued", "sending"]),  # type: ignore[arg-type]  # a Q is an expression
        output_field=models.BooleanField(),
        db_persist=True,
    )
    is_unconfirmed = models.GeneratedField(  # likewise
        expression=models.Q(status="unconfirmed"),  # type: ignore[arg-type]  # a Q is an expression
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        db_table = "messages"
        constraints = [
            models.UniqueConstraint(
                fields=["credential", "provider_message_id"],
                condition=models.Q(provider_message_id__isnull=False),
                name="messages_provider_id_key",
            ),
            models.UniqueConstraint(
                fields=["account", "form_token"],
                condition=models.Q(form_token__isnull=False),
                name="messages_form_token_key",
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "-at", "-id"], name="messages_thread"),
            models.Index(
                fields=["credential", "priority", "id"],
                condition=models.Q(is_waiting=True),
                name="messages_outbox",
            ),
            models.Index(
                fields=["account", "id"], condition=models.Q(is_unconfirmed=True), name="messages_unconfirmed"
            ),
            models.Index(fields=["conversation"], condition=models.Q(is_unconfirmed=True), name="messages_in_doubt"),
            models.Index(fields=["sent_by"], condition=models.Q(sent_by__isnull=False), name="messages_sent_by"),
            models.Index(
                fields=["credential", "context_id"],
                condition=models.Q(kind__in=["edit", "revoke", "reaction"]),
                name="messages_changes",
            ),
        ]

    @property
    def opaque(self) -> str:
        """Our own id, which travels with the message and comes back with each status."""
        return f"sc-{self.pk}"


class SentOnce(models.Model):
    """What a program sent under an Idempotency-Key; key and body as digests."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    key = models.ForeignKey(ApiKey, models.DO_NOTHING, db_constraint=False, db_index=False)
    token = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    message = models.ForeignKey(Message, models.DO_NOTHING, db_constraint=False, null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "sent_once"
        constraints = [models.UniqueConstraint(fields=["account", "key", "token"], name="sent_once_token_key")]
        indexes = [models.Index(fields=["at"], name="sent_once_at")]


class Attempt(models.Model):
    """One try to hand a message to the provider: committed before the request leaves, ended by what came of it."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    message = models.ForeignKey(
        Message, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="attempts"
    )
    credential = models.ForeignKey(
        OfficialWhatsappCredential, models.DO_NOTHING, db_constraint=False, db_index=False, null=True
    )  # once more beside the message's: what a number sent is found by it
    number = models.SmallIntegerField()  # 1, 2, …
    lease = models.UUIDField()  # the lane's lease it was made under
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, db_default="")  # accepted | refused | later | unknown | not_sent
    problem = models.JSONField(null=True)
    provider_message_id = models.CharField(max_length=255, null=True)  # tells late news of an earlier attempt apart

    class Meta:
        db_table = "attempts"
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="attempts_number_key")]
        indexes = [models.Index(fields=["credential", "started_at", "id"], name="attempts_credential")]


class MessageEvent(models.Model):
    """The append-only timeline of a message: who said it, when it happened, when we learnt it."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    message = models.ForeignKey(Message, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="events")
    status = models.CharField(max_length=16)
    at = models.DateTimeField()
    learnt_at = models.DateTimeField(db_default=Now())
    source = models.CharField(max_length=16)  # provider | us | person
    problem = models.JSONField(null=True)

    class Meta:
        db_table = "message_events"
        constraints = [models.UniqueConstraint(fields=["message", "status", "at"], name="message_events_once_key")]


class Lane(models.Model):
    """The way out of one number: whoever holds its lease, and nobody else, sends for it."""

    credential = models.OneToOneField(
        OfficialWhatsappCredential, models.DO_NOTHING, db_constraint=False, primary_key=True, related_name="lane"
    )
    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    holder = models.CharField(max_length=64, db_default="")  # which worker process
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    frozen_at = models.DateTimeField(null=True)  # a credential problem: queued messages stay
    paused_until = models.DateTimeField(null=True)  # throttled by the provider
    last_departure_at = models.DateTimeField(null=True)
    portfolio = models.CharField(max_length=64, db_default="")  # whose places `reserved` are
    reserved = models.IntegerField(db_default=0)  # new people it may still write to, out of its block

    class Meta:
        db_table = "lanes"


class Portfolio(models.Model):
    """What the provider counts together: the row under whose lock lanes take blocks of places."""

    key = models.CharField(max_length=64, primary_key=True)
    paused_until = models.DateTimeField(null=True)
    block = models.SmallIntegerField(db_default=64)  # how many places the next block holds

    class Meta:
        db_table = "portfolios"


class PortfolioRecipient(models.Model):
    """A person, as a digest, whom a portfolio's numbers wrote to first, and when they last did."""

    portfolio = models.CharField(max_length=64)
    recipient = models.CharField(max_length=24)
    last_at = models.DateTimeField()

    class Meta:
        db_table = "portfolio_recipients"
        constraints = [models.UniqueConstraint(fields=["portfolio", "recipient"], name="portfolio_recipients_key")]
        indexes = [models.Index(fields=["portfolio", "last_at"], name="portfolio_recipients_used")]


class Sender(models.Model):
    """A worker process that sends, as long as it is seen: lanes are shared among those who are alive."""

    holder = models.CharField(max_length=64, primary_key=True)
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "senders"


class Draft(models.Model):
    """What a person has written and not yet sent."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    conversation = models.ForeignKey(Conversation, models.DO_NOTHING, db_constraint=False, db_index=False)
    user = models.ForeignKey(User, models.DO_NOTHING, db_constraint=False)
    text = models.TextField()
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "drafts"
        constraints = [models.UniqueConstraint(fields=["conversation", "user"], name="drafts_conversation_user_key")]
