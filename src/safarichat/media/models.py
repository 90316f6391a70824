"""Files and where they are: kept here, at a provider under an id that ends, or still to be fetched."""

from django.db import models
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from safarichat.accounts.models import Account, User
from safarichat.numbers.models import OfficialWhatsappCredential


class File(models.Model):
    """One file. What a customer sent is there before its bytes are; what we send is there when it is kept."""

    class Origin(models.TextChoices):
        INBOUND = "inbound"
        OUTBOUND = "outbound"

    class State(models.TextChoices):
        PENDING = "pending", _("Being fetched")
        STORED = "stored", _("Here")
        FAILED = "failed", _("Not fetched")
        EXPIRED = "expired", _("Gone at the provider")

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    origin = models.CharField(max_length=8, choices=Origin.choices)
    state = models.CharField(max_length=8, choices=State.choices)
    kind = models.CharField(max_length=16)  # image, video, audio, document, sticker
    mime_type = models.CharField(max_length=100, db_default="")  # by its bytes, as far as they tell
    name = models.CharField(max_length=240, db_default="")
    size = models.BigIntegerField(db_default=0)
    sha256 = models.CharField(max_length=64, db_default="")  # of what is kept, in hex
    key = models.CharField(max_length=100, db_default="")  # its place in the store
    problem = models.JSONField(null=True)  # a providers.shapes.Problem: why it is not here
    created_at = models.DateTimeField(db_default=Now())
    stored_at = models.DateTimeField(null=True)
    # inbound only
    credential = models.ForeignKey(
        OfficialWhatsappCredential, models.DO_NOTHING, db_constraint=False, db_index=False, null=True
    )
    provider_message_id = models.CharField(max_length=255, null=True)  # the message that brought it
    provider_media_id = models.CharField(max_length=1000, db_default="")
    url = models.CharField(max_length=2000, db_default="")
    told_sha256 = models.CharField(max_length=64, db_default="")
    expires_at = models.DateTimeField(null=True)  # after this the provider has it no more
    tries = models.SmallIntegerField(db_default=0)
    try_at = models.DateTimeField(null=True)  # when it is to be fetched, or whoever fetches it counts as dead
    # outbound only
    uploaded_by = models.ForeignKey(
        User, models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    used_at = models.DateTimeField(null=True)  # when a message took it along

    class Meta:
        db_table = "files"
        constraints = [
            models.UniqueConstraint(
                fields=["credential", "provider_message_id"],
                condition=models.Q(provider_message_id__isnull=False),
                name="files_message_key",
            ),
        ]
        indexes = [
            models.Index(fields=["try_at"], condition=models.Q(state="pending"), name="files_due"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(origin="outbound", used_at__isnull=True),
                name="files_unused",
            ),
            models.Index(fields=["account", "created_at"], name="files_of_account"),
            models.Index(fields=["key"], name="files_key"),
            models.Index(Coalesce("used_at", "created_at"), name="files_age"),
            models.Index(
                fields=["uploaded_by"], condition=models.Q(uploaded_by__isnull=False), name="files_uploaded_by"
            ),
        ]


class Upload(models.Model):
    """A file as the provider knows it for one number: the same bytes are uploaded once until that id ends."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    credential = models.ForeignKey(OfficialWhatsappCredential, models.DO_NOTHING, db_constraint=False, db_index=False)
    sha256 = models.CharField(max_length=64)
    mime_type = models.CharField(max_length=100)
    provider_media_id = models.CharField(max_length=255)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "uploads"
        constraints = [
            models.UniqueConstraint(fields=["credential", "sha256", "mime_type"], name="uploads_once_key"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="uploads_expiring")]
