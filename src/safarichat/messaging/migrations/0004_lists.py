"""What the inbox asks for by itself: conversations with something unread, newest first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0003_engine")]

    operations = [
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                fields=["account", "-last_message_at", "-id"],
                condition=models.Q(unread_count__gt=0),
                name="conversations_unread",
            ),
        ),
    ]
