"""Hooks that bring the past of a phone wait for all others, and are understood piece by piece."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbox", "0006_of_numbers")]

    operations = [
        migrations.AddField("hook", "is_patient", models.BooleanField(db_default=False)),
        migrations.AddField("hook", "pieces_done", models.IntegerField(db_default=0)),
        migrations.RemoveIndex("hook", "inbox_new"),
        migrations.AddIndex(
            "hook", models.Index(fields=["is_patient", "id"], condition=models.Q(state=0), name="inbox_new")
        ),
    ]
