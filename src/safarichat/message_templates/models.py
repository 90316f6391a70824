"""Copies of what providers list: a row for each business account, and one for each of its templates."""

from django.db import models
from django.db.models.functions import Now

from safarichat.accounts.models import Account


class Copy(models.Model):
    """One business account's list as one account of ours knows it. Never synced: nothing is known, so nothing that is
    not in it is refused."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    api_provider = models.CharField(max_length=50)
    waba_id = models.CharField(max_length=255)  # where a provider has none, the number's own id at it
    synced_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    wanted_at = models.DateTimeField(null=True)  # when news last made it doubtful
    problem = models.JSONField(null=True)  # why the last try failed: a providers.shapes.Problem

    class Meta:
        db_table = "template_copies"
        constraints = [
            models.UniqueConstraint(fields=["account", "api_provider", "waba_id"], name="template_copies_key")
        ]


class MessageTemplate(models.Model):
    """One name in one language, in the Cloud API's form. What the provider lists no more stays, marked as gone."""

    account = models.ForeignKey(Account, models.DO_NOTHING, db_constraint=False, db_index=False)
    copy = models.ForeignKey(Copy, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="templates")
    template_id = models.CharField(max_length=255, db_default="")  # the provider's
    name = models.CharField(max_length=512)
    language = models.CharField(max_length=32)
    category = models.CharField(max_length=32, db_default="")
    status = models.CharField(max_length=32, db_default="")
    quality = models.CharField(max_length=32, db_default="")
    components = models.JSONField(default=list)
    parameter_format = models.CharField(max_length=32, db_default="POSITIONAL")
    rejected_reason = models.CharField(max_length=255, db_default="")
    news = models.JSONField(default=dict)  # field of a webhook → when its newest news was told, unix seconds
    use_count = models.BigIntegerField(db_default=0)  # about how often it was sent from here: an order, no account
    synced_at = models.DateTimeField(db_default=Now())
    gone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "message_templates"
        constraints = [
            models.UniqueConstraint(fields=["account", "copy", "name", "language"], name="message_templates_key")
        ]
