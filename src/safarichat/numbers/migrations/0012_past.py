"""What a phone app hands over of the time before its number came here, and how far it has come."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from safarichat.ground.tenancy import belongs, tenant_table


class Migration(migrations.Migration):
    dependencies = [("numbers", "0011_calls")]

    operations = [
        migrations.CreateModel(
            name="NumberPast",
            fields=[
                (
                    "credential",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="past",
                        serialize=False,
                        to="numbers.officialwhatsappcredential",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="accounts.account",
                    ),
                ),
                ("phase", models.SmallIntegerField(db_default=0)),
                ("progress", models.SmallIntegerField(db_default=0)),
                ("message_count", models.IntegerField(db_default=0)),
                ("problem", models.JSONField(null=True)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={"db_table": "number_pasts"},
        ),
        belongs("number_pasts", "credential_id", "official_whatsapp_credentials"),
        tenant_table("number_pasts", rights="SELECT"),
    ]
