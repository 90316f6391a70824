"""What a template is for, so that consent can be looked at once more as it departs; and free entry windows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0009_in_doubt"), ("contacts", "0004_consent")]

    operations = [
        migrations.AddField("message", "purpose", models.CharField(db_default="", max_length=16)),
        migrations.AddField("conversation", "free_until", models.DateTimeField(blank=True, null=True)),
    ]
