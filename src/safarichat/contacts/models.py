"""The people who write to a business. A person is a set of identifiers; a phone number may be missing."""

from django.db import models
from django.db.models.functions import Now

from safarichat.accounts.models import Account, User


class Contact(models.Model):
    """A customer of one account."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    name = models.CharField(max_length=255, db_default="", blank=True)  # what colleagues call them
    named_at = models.DateTimeField(null=True)  # when the phone's address book last said so
    profile_name = models.CharField(max_length=255, db_default="", blank=True)  # what they call themselves
    username = models.CharField(max_length=64, db_default="", blank=True)
    phone = models.CharField(max_length=32, db_default="", blank=True)  # digits to dial, "" when we were never told
    user_id = models.CharField(max_length=160, db_default="", blank=True)  # business-scoped id, "" when unknown
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "contacts"

    def __str__(self) -> str:
        return self.name or self.profile_name or self.username or (f"+{self.phone}" if self.phone else self.user_id)


class ContactIdentity(models.Model):
    """One thing a person is known by. `phone` values are keys (see identity.phone_key): the number dialled and the
    wa_id of the same line are one value."""

    class Kind(models.TextChoices):
        PHONE = "phone"
        USER_ID = "user_id"

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    contact = models.ForeignKey(
        Contact, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="identities"
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    value = models.CharField(max_length=160)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "contact_identities"
        constraints = [
            models.UniqueConstraint(fields=["account", "kind", "value"], name="contact_identities_value_key")
        ]
        indexes = [models.Index(fields=["contact"], name="contact_identities_contact")]


class ConsentEvent(models.Model):
    """Somebody said that a contact wants messages of a purpose, or wants none. Rows are only ever added; the newest is
    the state (see consent.py), so that no order and no repetition of news ends in another one."""

    class Purpose(models.TextChoices):
        MARKETING = "marketing"
        UTILITY = "utility"
        AUTHENTICATION = "authentication"

    class Source(models.TextChoices):
        CUSTOMER = "customer"  # wrote one of the words
        PROVIDER = "provider"  # keeps their choice, and told of it
        REFUSAL = "refusal"  # of a message, because of their choice
        PERSON = "person"  # one of the account's, by hand

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    contact = models.ForeignKey(Contact, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    is_granted = models.BooleanField()
    source = models.CharField(max_length=16, choices=Source.choices)
    detail = models.CharField(max_length=500, db_default="")  # the word written, the code, the reason given
    evidence = models.CharField(max_length=400)  # what is known by it, told again, is known already
    told_by = models.ForeignKey(
        User, models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    happened_at = models.DateTimeField()
    learnt_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "consent_events"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "purpose", "source", "evidence"], name="consent_events_evidence_key"
            )
        ]
        indexes = [
            models.Index(fields=["contact", "purpose", "-happened_at", "is_granted"], name="consent_events_newest")
        ]


class ContactMerge(models.Model):
    """Two contacts became one: how both were before, and what of the contact was the other's."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    contact = models.ForeignKey(Contact, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="merges")
    source_id = models.BigIntegerField()  # the contact that is gone, or, when it was undone, is there again
    source = models.JSONField()  # its row
    before = models.JSONField()  # the row of the contact that stayed
    identities = models.JSONField()  # [[kind, value], …]
    carried = models.JSONField()  # ids of the source's own merges, which are the contact's meanwhile
    consents = models.JSONField(db_default=[])  # ids of what the source said about being written to
    merged_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)  # since then they are kept apart
    undone_by = models.ForeignKey(
        User, models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )

    class Meta:
        db_table = "contact_merges"
        indexes = [
            models.Index(fields=["contact"], name="contact_merges_contact"),
            models.Index(
                fields=["source_id"], condition=models.Q(undone_at__isnull=False), name="contact_merges_apart"
            ),
            models.Index(
                fields=["undone_by"], condition=models.Q(undone_by__isnull=False), name="contact_merges_undone_by"
            ),
        ]
