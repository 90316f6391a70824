"""What moved when two contacts became one is kept, so that it can be undone."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from safarichat.ground.tenancy import belongs, referable, references, tenant_table


class Migration(migrations.Migration):
    dependencies = [("contacts", "0004_consent"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField("contact", "named_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="ContactMerge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source_id", models.BigIntegerField()),
                ("source", models.JSONField()),
                ("before", models.JSONField()),
                ("identities", models.JSONField()),
                ("carried", models.JSONField()),
                ("consents", models.JSONField(db_default=[])),
                ("merged_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("undone_at", models.DateTimeField(null=True)),
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
                    "contact",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="merges",
                        to="contacts.contact",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"db_table": "contact_merges"},
        ),
        migrations.AddIndex("contactmerge", models.Index(fields=["contact"], name="contact_merges_contact")),
        migrations.AddIndex(
            "contactmerge",
            models.Index(
                fields=["source_id"], condition=models.Q(undone_at__isnull=False), name="contact_merges_apart"
            ),
        ),
        migrations.AddIndex(
            "contactmerge",
            models.Index(
                fields=["undone_by"], condition=models.Q(undone_by__isnull=False), name="contact_merges_undone_by"
            ),
        ),
        referable("contact_merges"),
        belongs("contact_merges", "contact_id", "contacts"),
        references("contact_merges", "undone_by_id", "users", on_delete="SET NULL"),
        tenant_table("contact_merges"),
    ]
