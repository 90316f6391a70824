"""Statuses that came before the message they are about are found again by its id."""

from django.db import migrations, models
from django.db.models.fields.json import KeyTextTransform


class Migration(migrations.Migration):
    dependencies = [("inbox", "0004_query")]

    operations = [
        migrations.AddIndex(
            "hookevent",
            models.Index(
                "credential",
                KeyTextTransform("provider_message_id", "value"),
                condition=~models.Q(reason=""),
                name="hook_events_strange",
            ),
        )
    ]
