"""Links by which somebody without a login connects a number to an account."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import safarichat.ground.fields
from safarichat.ground.tenancy import belongs, referable, references, tenant_table


class Migration(migrations.Migration):
    dependencies = [("numbers", "0012_past")]

    operations = [
        migrations.CreateModel(
            name="ConnectLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_digest", models.CharField(max_length=64)),
                ("token", safarichat.ground.fields.SealedField(db_default="", default="")),
                ("name", models.CharField(max_length=100)),
                ("title", models.CharField(db_default="", default="", max_length=150)),
                ("color", models.CharField(db_default="", default="", max_length=7)),
                ("logo", models.BinaryField(db_default=b"", default=b"")),
                (
                    "providers",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                ("next_url", models.TextField(db_default="", default="")),
                ("reference", models.CharField(db_default="", default="", max_length=200)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires_at", models.DateTimeField()),
                ("browser_digest", models.CharField(db_default="", default="", max_length=64)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
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
                    "created_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "credential",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="links",
                        to="numbers.officialwhatsappcredential",
                    ),
                ),
            ],
            options={
                "db_table": "connect_links",
                "constraints": [models.UniqueConstraint(fields=("token_digest",), name="connect_links_token_key")],
                "indexes": [models.Index(fields=["account", "-id"], name="connect_links_account")],
            },
        ),
        migrations.AddField(
            model_name="onboarding",
            name="link",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="onboardings",
                to="numbers.connectlink",
            ),
        ),
        references("connect_links", "account_id", "accounts"),
        references("connect_links", "created_by_id", "users", on_delete="SET NULL"),
        belongs("connect_links", "credential_id", "official_whatsapp_credentials", on_delete="SET NULL"),
        referable("connect_links"),
        belongs("onboardings", "link_id", "connect_links", on_delete="SET NULL"),
        tenant_table("connect_links", rights="SELECT, INSERT, UPDATE"),
    ]
