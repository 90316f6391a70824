"""The copies and their templates; they go with their account."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now

from safarichat.ground.tenancy import belongs, referable, references, tenant_table


class Migration(migrations.Migration):
    initial = True
    dependencies = [("accounts", "0003_logins_and_invitations")]

    operations = [
        migrations.CreateModel(
            name="Copy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("api_provider", models.CharField(max_length=50)),
                ("waba_id", models.CharField(max_length=255)),
                ("synced_at", models.DateTimeField(null=True)),
                ("tried_at", models.DateTimeField(null=True)),
                ("wanted_at", models.DateTimeField(null=True)),
                ("problem", models.JSONField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="accounts.account",
                    ),
                ),
            ],
            options={"db_table": "template_copies"},
        ),
        migrations.CreateModel(
            name="MessageTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("template_id", models.CharField(db_default="", max_length=255)),
                ("name", models.CharField(max_length=512)),
                ("language", models.CharField(max_length=32)),
                ("category", models.CharField(db_default="", max_length=32)),
                ("status", models.CharField(db_default="", max_length=32)),
                ("quality", models.CharField(db_default="", max_length=32)),
                ("components", models.JSONField(default=list)),
                ("parameter_format", models.CharField(db_default="POSITIONAL", max_length=32)),
                ("rejected_reason", models.CharField(db_default="", max_length=255)),
                ("news", models.JSONField(default=dict)),
                ("synced_at", models.DateTimeField(db_default=Now())),
                ("gone_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="accounts.account",
                    ),
                ),
                (
                    "copy",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="templates",
                        to="message_templates.copy",
                    ),
                ),
            ],
            options={"db_table": "message_templates"},
        ),
        migrations.AddConstraint(
            "copy",
            models.UniqueConstraint(fields=["account", "api_provider", "waba_id"], name="template_copies_key"),
        ),
        migrations.AddConstraint(
            "messagetemplate",
            models.UniqueConstraint(fields=["account", "copy", "name", "language"], name="message_templates_key"),
        ),
        references("template_copies", "account_id", "accounts"),
        referable("template_copies"),
        belongs("message_templates", "copy_id", "template_copies"),
        tenant_table("template_copies"),
        tenant_table("message_templates"),
    ]
