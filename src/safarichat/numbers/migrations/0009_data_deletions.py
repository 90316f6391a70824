"""What was deleted because somebody asked their provider for it."""

from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("numbers", "0008_before")]

    operations = [
        migrations.CreateModel(
            name="DataDeletion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=64)),
                ("provider", models.CharField(max_length=100)),
                ("asked_digest", models.CharField(max_length=64)),
                ("numbers", models.PositiveIntegerField(db_default=0, default=0)),
                ("done_at", models.DateTimeField(db_default=Now())),
            ],
            options={"db_table": "data_deletions"},
        ),
        migrations.AddConstraint(
            "datadeletion", models.UniqueConstraint(fields=["code"], name="data_deletions_code_key")
        ),
        migrations.AddConstraint(
            "datadeletion", models.UniqueConstraint(fields=["asked_digest"], name="data_deletions_asked_key")
        ),
    ]
