"""What a number worked with while it is signed in anew, and until when its provider's lists were read."""

from django.db import migrations, models

import safarichat.ground.fields


class Migration(migrations.Migration):
    dependencies = [("numbers", "0007_one_live_per_phone")]

    operations = [
        migrations.AddField(
            "officialwhatsappcredential", "before", safarichat.ground.fields.SealedField(db_default="", default="")
        ),
        migrations.AddField("officialwhatsappcredential", "caught_up_at", models.DateTimeField(null=True, blank=True)),
    ]
