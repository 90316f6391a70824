"""What is known of a message's kind: whether it was checked, and what the provider does not carry of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0007_pacing")]

    operations = [
        migrations.AddField("message", "is_unchecked", models.BooleanField(db_default=False)),
        migrations.AddField("message", "loss", models.JSONField(null=True)),
    ]
