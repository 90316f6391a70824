"""Numbers belong to accounts, and go with the person who connected them."""

from django.db import migrations

from safarichat.ground.tenancy import belongs, referable, references, tenant_table


class Migration(migrations.Migration):
    dependencies = [("numbers", "0001_initial"), ("accounts", "0002_tenancy")]

    operations = [
        references("official_whatsapp_credentials", "account_id", "accounts"),
        references("official_whatsapp_credentials", "user_id", "users"),
        referable("official_whatsapp_credentials"),
        belongs("onboardings", "credential_id", "official_whatsapp_credentials"),
        references("onboardings", "user_id", "users"),
        tenant_table("official_whatsapp_credentials"),
        tenant_table("onboardings"),
    ]
