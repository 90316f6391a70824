"""What a number sent is found by its attempts. Those from before have no number and are in no log."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0010_consent"), ("numbers", "0010_more_history")]

    operations = [
        migrations.AddField(
            "attempt",
            "credential",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                to="numbers.officialwhatsappcredential",
            ),
        ),
        migrations.AddIndex(
            "attempt", models.Index(fields=["credential", "started_at", "id"], name="attempts_credential")
        ),
    ]
