"""What was asked of a provider about a number, without its secrets, for its account's log."""

import django.db.models.deletion
from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models

from safarichat.ground.tenancy import belongs, tenant_table


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_resending"), ("numbers", "0010_more_history")]

    operations = [
        migrations.CreateModel(
            name="ProviderCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=100)),
                ("method", models.CharField(max_length=10)),
                ("url", models.TextField()),
                ("status", models.SmallIntegerField()),
                ("ms", models.IntegerField()),
                ("request_headers", models.TextField(db_default="")),
                ("request", models.TextField(db_default="")),
                ("response_headers", models.TextField(db_default="")),
                ("response", models.TextField(db_default="")),
                ("problem", models.TextField(db_default="")),
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
                    "credential",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="calls",
                        to="numbers.officialwhatsappcredential",
                    ),
                ),
            ],
            options={
                "db_table": "provider_calls",
                "indexes": [
                    models.Index(fields=["credential", "-at", "-id"], name="provider_calls_credential"),
                    BrinIndex(fields=["at"], name="provider_calls_at"),
                ],
            },
        ),
        belongs("provider_calls", "credential_id", "official_whatsapp_credentials"),
        tenant_table("provider_calls", rights="SELECT, UPDATE"),  # a walk that goes on in an older row takes its calls
    ]
