"""Messages of the business that were written elsewhere stand in the thread as well, and say where."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0005_waiting")]

    operations = [migrations.AddField("message", "origin", models.CharField(db_default="", max_length=16))]
