"""When scheduled work last looked at a number."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("numbers", "0005_history")]

    operations = [
        migrations.AddField("officialwhatsappcredential", "polled_at", models.DateTimeField(null=True, blank=True)),
    ]
