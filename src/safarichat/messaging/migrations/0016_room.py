"""Room on each page for a message's next states: they stay beside it, and its indexes need not be told."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("messaging", "0015_once")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE messages SET (fillfactor = 60); ALTER TABLE attempts SET (fillfactor = 45);"
            " ALTER TABLE conversations SET (fillfactor = 80)",
            "ALTER TABLE messages RESET (fillfactor); ALTER TABLE attempts RESET (fillfactor);"
            " ALTER TABLE conversations RESET (fillfactor)",
        )
    ]
