"""Contacts belong to accounts."""

from django.db import migrations

from safarichat.ground.tenancy import belongs, referable, references, tenant_table


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_initial"), ("accounts", "0002_tenancy")]

    operations = [
        references("contacts", "account_id", "accounts"),
        referable("contacts"),
        belongs("contact_identities", "contact_id", "contacts"),
        tenant_table("contacts"),
        tenant_table("contact_identities"),
    ]
