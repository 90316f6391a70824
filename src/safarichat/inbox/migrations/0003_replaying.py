"""A replayed hook must find what it has left before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbox", "0002_tenancy")]

    operations = [
        migrations.AddIndex("hookevent", models.Index(fields=["hook_id"], name="hook_events_hook")),
    ]
