"""Whether messages that were never confirmed are sent again by themselves: an account's own choice."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_logins_and_invitations")]

    operations = [
        migrations.AddField(
            "account",
            "resends_unconfirmed",
            models.BooleanField(db_default=False, default=False, verbose_name="send them again after ten minutes"),
        ),
    ]
