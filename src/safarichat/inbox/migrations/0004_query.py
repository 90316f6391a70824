"""The query of the address that a hook was sent to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbox", "0003_replaying")]

    operations = [migrations.AddField("hook", "query", models.TextField(db_default=""))]
