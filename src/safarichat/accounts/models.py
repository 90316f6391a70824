"""People and accounts. The account is the tenant; people are its members."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from safarichat.ground.fields import SealedField


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **more: Any) -> "User":
        user = self.model(email=email.strip().lower(), **more)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **more: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **more)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in, known by e-mail address (kept in lower case)."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("Like my device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(_("e-mail address"), unique=True, max_length=254)
    name = models.CharField(_("name"), max_length=150, blank=True, db_default="")
    language = models.CharField(_("language"), max_length=16, blank=True, db_default="")
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, db_default="")
    theme = models.CharField(_("theme"), max_length=8, choices=Theme.choices, default=Theme.SYSTEM, db_default="system")
    is_active = models.BooleanField(_("active"), default=True, db_default=True)
    is_staff = models.BooleanField(_("operator"), default=False, db_default=False)
    date_joined = models.DateTimeField(_("joined"), db_default=Now())

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "users"
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.UniqueConstraint(Lower("email"), name="users_email_lower_key")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email


class Account(models.Model):
    """The tenant: everything else belongs to one of these."""

    name = models.CharField(_("name"), max_length=150)
    resends_unconfirmed = models.BooleanField(_("send them again after ten minutes"), default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "accounts"

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's place in an account."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        ADMIN = "admin", _("Administrator")
        AGENT = "agent", _("Agent")

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, related_name="memberships")
    user = models.ForeignKey(User, models.DO_NOTHING, db_constraint=False, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.OWNER, db_default="owner")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "memberships"
        constraints = [models.UniqueConstraint(fields=["account", "user"], name="memberships_account_user_key")]


class Invitation(models.Model):
    """A link that lets one person sign up, once: into an account, or (without one) to an account of their own."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, null=True, related_name="invitations")
    token_digest = models.CharField(max_length=64)  # the link itself is shown once and not kept
    note = models.CharField(_("for whom"), max_length=150, blank=True, db_default="")
    made_by = models.ForeignKey(User, models.DO_NOTHING, db_constraint=False, null=True, related_name="+")
    created_at = models.DateTimeField(_("made"), db_default=Now())
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    used_by = models.ForeignKey(User, models.DO_NOTHING, db_constraint=False, null=True, blank=True, related_name="+")

    class Meta:
        db_table = "invitations"
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [models.UniqueConstraint(fields=["token_digest"], name="invitations_token_key")]

    def __str__(self) -> str:
        return self.note or f"#{self.pk}"


class Session(AbstractBaseSession):
    """A login. It knows its person, so that it ends with them; its key is a digest of the one in the cookie."""

    session_key = models.CharField(max_length=64, primary_key=True)
    session_data = SealedField()
    user = models.ForeignKey(User, models.DO_NOTHING, db_constraint=False, null=True)
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=200, db_default="")

    class Meta:
        db_table = "sessions"


class ApiKey(models.Model):
    """What a program shows instead of a login. The key itself is shown once and not kept."""

    class Scope(models.TextChoices):
        SEND = "send", _("Send messages and upload files")
        READ = "read", _("Read numbers, profiles, templates and files")
        TEMPLATES = "templates", _("Create, change and delete templates")
        NUMBERS = "numbers", _("Verify, register and describe numbers")
        ADMIN = "admin", _("Manage connections, endpoints and keys")

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, related_name="api_keys")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)  # its first signs, by which a person knows it again
    digest = models.CharField(max_length=64)
    scopes = ArrayField(models.TextField())
    credential_ids = ArrayField(models.BigIntegerField(), null=True)  # the numbers it may use; null: all
    addresses = ArrayField(models.TextField(), db_default=[], default=list)  # networks it may come from; none: any
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, models.DO_NOTHING, db_constraint=False, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_keys"
        constraints = [models.UniqueConstraint(fields=["digest"], name="api_keys_digest_key")]
        indexes = [models.Index(fields=["account", "-id"], name="api_keys_account")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class ApiCall(models.Model):
    """One call of a program: what was asked and what it was told, without either's body."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    key = models.ForeignKey(ApiKey, models.DO_NOTHING, db_constraint=False)
    at = models.DateTimeField()
    ms = models.IntegerField()
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=300)  # without its query, in which a token may stand
    status = models.SmallIntegerField()
    code = models.IntegerField(db_default=0)  # Graph's, of an error
    said = models.CharField(max_length=500, db_default="")  # the error's sentence
    trace = models.CharField(max_length=64, db_default="")  # what the program was told to name it by
    made = models.CharField(max_length=255, db_default="")  # the id of the message or file that came of it
    address = models.CharField(max_length=45, db_default="")
    agent = models.CharField(max_length=200, db_default="")

    class Meta:
        db_table = "api_calls"
        indexes = [
            models.Index(fields=["account", "-id"], name="api_calls_account"),
            BrinIndex(fields=["at"], name="api_calls_at"),
        ]
