"""Edits, revokes and reactions are found by the message that they change."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0011_sent_by_number")]

    operations = [
        migrations.AddField("conversation", "answered_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["credential", "context_id"],
                condition=models.Q(kind__in=["edit", "revoke", "reaction"]),
                name="messages_changes",
            ),
        ),
    ]
