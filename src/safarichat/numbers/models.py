"""A business's official WhatsApp numbers: the credential that carries each, and the attempts to connect one."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from safarichat.accounts.models import Account, User
from safarichat.ground.fields import SealedField


class Status(models.TextChoices):
    PENDING = "pending", _("Not finished")
    CONNECTING = "connecting", _("Connecting")
    CODE_REQUIRED = "code_required", _("Code needed")
    IN_REVIEW = "in_review", _("Waiting for review")
    CONNECTED = "connected", _("Connected")
    ATTENTION = "attention", _("Connected, needs attention")
    REAUTH_REQUIRED = "reauth_required", _("Sign in again")
    SUSPENDED = "suspended", _("Suspended by provider")
    DISCONNECTED = "disconnected", _("Disconnected")
    FAILED = "failed", _("Failed")


COLORS = {
    Status.PENDING: "secondary",
    Status.CONNECTING: "info",
    Status.CODE_REQUIRED: "warning",
    Status.IN_REVIEW: "info",
    Status.CONNECTED: "success",
    Status.ATTENTION: "warning",
    Status.REAUTH_REQUIRED: "danger",
    Status.SUSPENDED: "danger",
    Status.DISCONNECTED: "secondary",
    Status.FAILED: "danger",
}

# A number in one of these is held: nobody else in the installation can connect it.
LIVE = (
    Status.CONNECTING,
    Status.CODE_REQUIRED,
    Status.IN_REVIEW,
    Status.CONNECTED,
    Status.ATTENTION,
    Status.REAUTH_REQUIRED,
    Status.SUSPENDED,
)
# A number in one of these can send.
SENDING = (Status.CONNECTED, Status.ATTENTION)

STEPS = (
    "started",
    "signed_in",
    "exchanged",
    "inspected",
    "number_chosen",
    "verified",
    "subscribed",
    "registered",
    "profile_read",
    "webhook_seen",
    "tested",
)


class Connection(models.Model):
    """A person's own app or account at a provider: `key` stands in its webhooks' address, `secrets` (sealed JSON, by
    the names of the settings they stand for) verify them, `holder` is the provider's id of it."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    provider = models.CharField(max_length=100)
    holder = models.CharField(max_length=255, db_default="", default="")
    key = models.CharField(max_length=64)
    secrets = SealedField(db_default="", default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "provider_connections"
        indexes = [models.Index(fields=["key"], name="provider_connections_key")]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "provider", "holder"],
                condition=~models.Q(holder=""),
                name="provider_connections_holder_key",
            )
        ]


class OfficialWhatsappCredential(models.Model):
    """One number at one provider. The table's shape is a promise to the outside (contract §4)."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, related_name="credentials")
    user = models.ForeignKey(User, models.DO_NOTHING, db_constraint=False, related_name="credentials")
    connection = models.ForeignKey(
        Connection, models.DO_NOTHING, db_constraint=False, null=True, blank=True, related_name="credentials"
    )
    status = models.CharField(max_length=50, choices=Status.choices, default=Status.PENDING, db_default="pending")
    api_provider = models.CharField(max_length=100)
    waba_id = models.CharField(max_length=255, null=True, blank=True)
    phone_number_id = models.CharField(max_length=255, null=True, blank=True)
    phone_number = models.CharField(max_length=50, null=True, blank=True)  # digits with country code, no +
    display_phone_number = models.CharField(max_length=50, null=True, blank=True)
    verified_name = models.CharField(max_length=255, null=True, blank=True)
    quality_rating = models.CharField(max_length=50, null=True, blank=True)
    access_token = SealedField(null=True, blank=True)
    temporary_code = SealedField(null=True, blank=True)
    temporary_code_at = models.DateTimeField(null=True, blank=True)  # emptied at the exchange or after 60 s
    pin = SealedField(null=True, blank=True)
    before = SealedField(db_default="", default="")  # what it worked with until the sign-in under way has settled
    token_expiration = models.DateTimeField(null=True, blank=True)
    meta_app_config = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    provider_config = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    error_logs = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    steps = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))  # step → state, at, message
    health = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))  # last check
    waiting = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))  # for a person or a time
    walking_until = models.DateTimeField(
        null=True, blank=True
    )  # claimed by whoever connects or disconnects it just now
    pin_is_theirs = models.BooleanField(default=False, db_default=False)
    pin_shown_at = models.DateTimeField(null=True, blank=True)  # a PIN made by us is shown once
    throughput_mps = models.PositiveIntegerField(default=80, db_default=80)
    last_hook_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    polled_at = models.DateTimeField(null=True, blank=True)  # when scheduled work last looked, or began to
    caught_up_at = models.DateTimeField(null=True, blank=True)  # all up to then was listed at the provider, and is here
    onboarding_started_at = models.DateTimeField(null=True, blank=True)
    onboarding_completed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now(), auto_now=True)

    class Meta:
        db_table = "official_whatsapp_credentials"
        indexes = [
            models.Index(fields=["account", "status"], name="credentials_account_status"),
            models.Index(fields=["api_provider", "waba_id"], name="credentials_waba"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["api_provider", "phone_number_id"],
                condition=models.Q(status__in=[status.value for status in LIVE]),
                name="credentials_one_live_per_number",
            ),
            models.UniqueConstraint(
                fields=["api_provider", "phone_number"],
                condition=models.Q(status__in=[status.value for status in LIVE]),
                name="credentials_one_live_per_phone",
            ),
        ]

    def __str__(self) -> str:
        return self.display_phone_number or self.verified_name or f"#{self.pk}"

    @property
    def color(self) -> str:
        return COLORS[Status(self.status)]

    @property
    def is_signed_in(self) -> bool:
        """Whether there is anything to ask the provider with: the number's own secrets, or its connection's."""
        return bool(self.access_token or self.connection_id)

    @property
    def may_send(self) -> bool:
        return self.status in SENDING


class ConnectLink(models.Model):
    """A link by which somebody without a login connects one number to the account, once, in one browser."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    token_digest = models.CharField(max_length=64)  # SHA-256
    token = SealedField(db_default="", default="")  # to be copied again; emptied when the link has ended
    name = models.CharField(max_length=100)  # who invites, as the customer knows them
    title = models.CharField(max_length=150, db_default="", default="")
    color = models.CharField(max_length=7, db_default="", default="")  # #rrggbb
    logo = models.BinaryField(db_default=b"", default=b"")  # a small PNG or JPEG
    providers = ArrayField(models.TextField())
    next_url = models.TextField(db_default="", default="")
    reference = models.CharField(max_length=200, db_default="", default="")  # the account's own word for the customer
    created_by = models.ForeignKey(
        User, models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    browser_digest = models.CharField(max_length=64, db_default="", default="")  # of the one that signed in with it
    credential = models.ForeignKey(
        OfficialWhatsappCredential, models.DO_NOTHING, db_constraint=False, null=True, related_name="links"
    )
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "connect_links"
        constraints = [models.UniqueConstraint(fields=["token_digest"], name="connect_links_token_key")]
        indexes = [models.Index(fields=["account", "-id"], name="connect_links_account")]


class Onboarding(models.Model):
    """One walk through the wizard. Its state travels through the provider and comes back once, in the same login, or
    in the same browser where a link led to it."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    credential = models.ForeignKey(
        OfficialWhatsappCredential, models.DO_NOTHING, db_constraint=False, related_name="onboardings"
    )
    link = models.ForeignKey(ConnectLink, models.DO_NOTHING, db_constraint=False, null=True, related_name="onboardings")
    user = models.ForeignKey(User, models.DO_NOTHING, db_constraint=False, null=True)
    mode = models.CharField(max_length=20, db_default="signup")
    state_digest = models.CharField(max_length=64)  # SHA-256 of the state, which only the browser holds
    session_digest = models.CharField(max_length=64)  # SHA-256 of the login's session key
    redirect_url = models.TextField(db_default="")
    event = models.CharField(max_length=64, db_default="")
    data = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    result = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    created_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "onboardings"
        constraints = [models.UniqueConstraint(fields=["account", "state_digest"], name="onboardings_state_key")]
        indexes = [models.Index(fields=["state_digest"], name="onboardings_state")]


class NumberHistory(models.Model):
    """What changed about a number and when: its status, quality, limit, pace, name. A trigger writes it."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    credential = models.ForeignKey(
        OfficialWhatsappCredential, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="history"
    )
    at = models.DateTimeField(db_default=Now())
    name = models.CharField(max_length=40)
    value = models.CharField(max_length=255)

    class Meta:
        db_table = "number_history"
        indexes = [models.Index(fields=["credential", "-at"], name="number_history_credential")]


class ProviderCall(models.Model):
    """One call to the provider about a number, its secrets masked before it was kept. Messages' are not here: their
    attempts say what came of them."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    credential = models.ForeignKey(
        OfficialWhatsappCredential, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="calls"
    )
    at = models.DateTimeField()  # when it left
    kind = models.CharField(max_length=40)  # what it was for: a deed, connect, check …
    name = models.CharField(max_length=100)
    method = models.CharField(max_length=10)
    url = models.TextField()
    status = models.SmallIntegerField()  # 0: no answer, and `problem` says why
    ms = models.IntegerField()
    request_headers = models.TextField(db_default="")
    request = models.TextField(db_default="")
    response_headers = models.TextField(db_default="")
    response = models.TextField(db_default="")
    problem = models.TextField(db_default="")

    class Meta:
        db_table = "provider_calls"
        indexes = [
            models.Index(fields=["credential", "-at", "-id"], name="provider_calls_credential"),
            BrinIndex(fields=["at"], name="provider_calls_at"),
        ]


class NumberPast(models.Model):
    """What the phone app hands over of the time before its number came here."""

    credential = models.OneToOneField(
        OfficialWhatsappCredential, models.DO_NOTHING, db_constraint=False, primary_key=True, related_name="past"
    )
    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    phase = models.SmallIntegerField(db_default=0)
    progress = models.SmallIntegerField(db_default=0)  # of 100
    message_count = models.IntegerField(db_default=0)
    problem = models.JSONField(null=True)  # a providers.shapes.Problem: nothing comes
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "number_pasts"


class DataDeletion(models.Model):
    """Somebody asked a provider that what we hold by their sign-in be deleted, and it was. `code` stands in the address
    of the page that says so; of who asked only a digest is kept."""

    code = models.CharField(max_length=64)
    provider = models.CharField(max_length=100)
    asked_digest = models.CharField(max_length=64)
    numbers = models.PositiveIntegerField(db_default=0, default=0)  # whose sign-in was deleted
    done_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "data_deletions"
        constraints = [
            models.UniqueConstraint(fields=["code"], name="data_deletions_code_key"),
            models.UniqueConstraint(fields=["asked_digest"], name="data_deletions_asked_key"),
        ]
