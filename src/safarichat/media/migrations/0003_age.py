"""Old files are found by their age."""

from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    dependencies = [("media", "0002_tenancy")]

    operations = [
        migrations.AddIndex(
            model_name="file",
            index=models.Index(Coalesce("used_at", "created_at"), name="files_age"),
        ),
    ]
