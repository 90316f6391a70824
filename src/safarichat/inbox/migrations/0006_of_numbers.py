"""Which hooks told something of which number, for its account's log."""

import django.db.models.deletion
from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models

from safarichat.ground.tenancy import belongs, tenant_table


def whose() -> list[tuple[str, models.Field]]:  # type: ignore[type-arg]  # generic only in the stubs
    """The account and the number of a row."""
    return [
        (
            name,
            models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to=target
            ),
        )
        for name, target in (("account", "accounts.account"), ("credential", "numbers.officialwhatsappcredential"))
    ]


class Migration(migrations.Migration):
    dependencies = [("inbox", "0005_strange"), ("numbers", "0010_more_history")]

    operations = [
        migrations.CreateModel(
            name="HookOfNumber",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "credential", "at", "hook_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                *whose(),
                ("at", models.DateTimeField()),
                ("hook_id", models.BigIntegerField()),
                ("fields", models.CharField(db_default="", max_length=255)),
                ("reason", models.TextField(db_default="")),
            ],
            options={
                "db_table": "hooks_of_numbers",
                "indexes": [BrinIndex(fields=["at"], name="hooks_of_numbers_at")],
            },
        ),
        migrations.CreateModel(
            name="FieldSeen",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "credential", "field", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                *whose(),
                ("field", models.CharField(max_length=64)),
                ("last_at", models.DateTimeField()),
                ("hook_id", models.BigIntegerField()),
            ],
            options={"db_table": "fields_seen"},
        ),
        belongs("hooks_of_numbers", "credential_id", "official_whatsapp_credentials"),
        belongs("fields_seen", "credential_id", "official_whatsapp_credentials"),
        tenant_table("hooks_of_numbers", rights="SELECT"),
        tenant_table("fields_seen", rights="SELECT"),
    ]
