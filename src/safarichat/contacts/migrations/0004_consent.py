"""Who wants messages of which purpose, as it was said: rows that are only ever added."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now

from safarichat.ground.tenancy import belongs, references, tenant_table


def _link(to: str, **options: Any) -> Any:
    """As Django sees it; the keys themselves are made below."""
    return models.ForeignKey(
        to=to, db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, **options
    )


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0003_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("marketing", "Marketing"),
                            ("utility", "Utility"),
                            ("authentication", "Authentication"),
                        ],
                        max_length=16,
                    ),
                ),
                ("is_granted", models.BooleanField()),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("customer", "Customer"),
                            ("provider", "Provider"),
                            ("refusal", "Refusal"),
                            ("person", "Person"),
                        ],
                        max_length=16,
                    ),
                ),
                ("detail", models.CharField(db_default="", max_length=500)),
                ("evidence", models.CharField(max_length=400)),
                ("happened_at", models.DateTimeField()),
                ("learnt_at", models.DateTimeField(db_default=Now())),
                ("account", _link("accounts.account")),
                ("contact", _link("contacts.contact", related_name="+")),
                ("told_by", _link(settings.AUTH_USER_MODEL, null=True, related_name="+")),
            ],
            options={
                "db_table": "consent_events",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "purpose", "source", "evidence"), name="consent_events_evidence_key"
                    )
                ],
                "indexes": [
                    models.Index(
                        fields=["contact", "purpose", "-happened_at", "is_granted"], name="consent_events_newest"
                    )
                ],
            },
        ),
        belongs("consent_events", "contact_id", "contacts"),
        references("consent_events", "told_by_id", "users", on_delete="SET NULL"),
        tenant_table("consent_events", rights="SELECT, INSERT, UPDATE (contact_id)"),
    ]
