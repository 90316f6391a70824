"""Files belong to accounts. Their ids are of 15 digits, as those of the API that we imitate (contract §6)."""

from django.db import migrations

from safarichat.ground.tenancy import belongs, references, tenant_table

LONG_IDS = migrations.RunSQL(
    "ALTER TABLE files ALTER COLUMN id RESTART WITH 100000000000001",
    reverse_sql=migrations.RunSQL.noop,
)


class Migration(migrations.Migration):
    dependencies = [
        ("media", "0001_initial"),
        ("numbers", "0002_tenancy"),
    ]

    operations = [
        LONG_IDS,
        belongs("files", "credential_id", "official_whatsapp_credentials"),
        belongs("uploads", "credential_id", "official_whatsapp_credentials"),
        references("files", "account_id", "accounts"),
        references("files", "uploaded_by_id", "users", on_delete="SET NULL"),
        tenant_table("files"),
        tenant_table("uploads", rights="SELECT"),
    ]
