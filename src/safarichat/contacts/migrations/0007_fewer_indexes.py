"""The unique index on account and id reads backwards as well."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contacts", "0006_unsampled")]

    operations = [migrations.RemoveIndex("contact", "contacts_account")]
