"""Connections of their own: a person's own app or account, with an address for its webhooks."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now

import safarichat.ground.fields
from safarichat.ground.tenancy import belongs, referable, references, tenant_table


class Migration(migrations.Migration):
    dependencies = [("numbers", "0003_walks"), ("accounts", "0002_tenancy")]

    operations = [
        migrations.CreateModel(
            name="Connection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=100)),
                ("holder", models.CharField(db_default="", default="", max_length=255)),
                ("key", models.CharField(max_length=64)),
                ("secrets", safarichat.ground.fields.SealedField(db_default="", default="")),
                ("created_at", models.DateTimeField(db_default=Now())),
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
            options={"db_table": "provider_connections"},
        ),
        migrations.AddIndex("connection", models.Index(fields=["key"], name="provider_connections_key")),
        migrations.AddConstraint(
            "connection",
            models.UniqueConstraint(
                fields=["account", "provider", "holder"],
                condition=models.Q(holder="", _negated=True),
                name="provider_connections_holder_key",
            ),
        ),
        migrations.AddField(
            "officialwhatsappcredential",
            "connection",
            models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="credentials",
                to="numbers.connection",
            ),
        ),
        references("provider_connections", "account_id", "accounts"),
        referable("provider_connections"),
        belongs("official_whatsapp_credentials", "connection_id", "provider_connections", on_delete="SET NULL"),
        tenant_table("provider_connections"),
    ]
