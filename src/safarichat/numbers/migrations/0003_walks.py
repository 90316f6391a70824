"""What a walk through onboarding waits for, who walks just now, and whether our PIN was shown."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("numbers", "0002_tenancy")]

    operations = [
        migrations.AddField(
            model_name="officialwhatsappcredential",
            name="waiting",
            field=models.JSONField(default=dict, db_default=models.Value({}, models.JSONField())),
        ),
        migrations.AddField(
            model_name="officialwhatsappcredential",
            name="walking_until",
            field=models.DateTimeField(null=True, blank=True),
        ),
        migrations.AddField(
            model_name="officialwhatsappcredential",
            name="pin_is_theirs",
            field=models.BooleanField(default=False, db_default=False),
        ),
        migrations.AddField(
            model_name="officialwhatsappcredential",
            name="pin_shown_at",
            field=models.DateTimeField(null=True, blank=True),
        ),
    ]
