"""Which shard of the customers a hook is about, so that workers that are behind do not wait for each other's rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbox", "0007_patient")]

    operations = [migrations.AddField("hook", "shard", models.SmallIntegerField(db_default=0))]
