"""What was told about a number belongs to its account; the raw hooks belong to the operator alone."""

from django.db import migrations

from safarichat.ground.tenancy import belongs, tenant_table


class Migration(migrations.Migration):
    dependencies = [("inbox", "0001_initial"), ("numbers", "0002_tenancy")]

    operations = [
        belongs("hook_events", "credential_id", "official_whatsapp_credentials"),
        tenant_table("hook_events", rights="SELECT"),
    ]
