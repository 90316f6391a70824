"""Conversations whose next message waits for the fate of the one before: found without reading the thread, in an index
that is nearly always empty."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0008_kinds")]

    operations = [
        migrations.AddIndex(
            "message",
            models.Index(fields=["conversation"], condition=models.Q(is_unconfirmed=True), name="messages_in_doubt"),
        ),
    ]
