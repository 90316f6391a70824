"""Endpoints and what they are told belong to accounts; only workers deliver."""

from django.db import migrations

from safarichat.ground.tenancy import belongs, referable, references, tenant_table


class Migration(migrations.Migration):
    dependencies = [("endpoints", "0001_initial"), ("accounts", "0004_resending")]

    operations = [
        *[referable(table) for table in ("endpoints", "endpoint_events", "endpoint_deliveries")],
        references("endpoints", "account_id", "accounts"),
        references("endpoints", "created_by_id", "users", on_delete="SET NULL"),
        references("endpoint_events", "account_id", "accounts"),
        belongs("endpoint_deliveries", "event_id", "endpoint_events"),
        belongs("endpoint_deliveries", "endpoint_id", "endpoints"),
        belongs("endpoint_tries", "delivery_id", "endpoint_deliveries"),
        tenant_table("endpoints"),
        tenant_table("endpoint_events", rights="SELECT, INSERT"),
        tenant_table("endpoint_deliveries", rights="SELECT, INSERT, UPDATE"),
        tenant_table("endpoint_tries", rights="SELECT, INSERT"),
    ]
