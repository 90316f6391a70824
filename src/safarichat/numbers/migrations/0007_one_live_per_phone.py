"""A telephone number is held once per provider, also before the provider has told its own id of it."""

from django.db import migrations, models

LIVE = ["connecting", "code_required", "in_review", "connected", "attention", "reauth_required", "suspended"]


class Migration(migrations.Migration):
    dependencies = [("numbers", "0006_polled_at")]

    operations = [
        migrations.AddConstraint(
            "officialwhatsappcredential",
            models.UniqueConstraint(
                fields=["api_provider", "phone_number"],
                condition=models.Q(status__in=LIVE),
                name="credentials_one_live_per_phone",
            ),
        ),
    ]
