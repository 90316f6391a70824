"""What a program wants to hear again with each status of its message."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0013_moves")]

    operations = [migrations.AddField("message", "callback_data", models.CharField(max_length=512, null=True))]
