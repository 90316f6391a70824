"""What the way out needs: an attempt's id at the provider, who is at work, and lanes made by whoever queues."""

from django.db import migrations, models
from django.db.models.functions import Now

LANES_ARE_MADE_BY_TENANTS = migrations.RunSQL(
    """
    DO $$ BEGIN
      EXECUTE format('GRANT INSERT (credential_id, account_id) ON lanes TO %I', current_user || '_tenant');
    END $$;
    """,
    reverse_sql=migrations.RunSQL.noop,
)


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_tenancy")]

    operations = [
        migrations.AddField("attempt", "provider_message_id", models.CharField(max_length=255, null=True)),
        migrations.CreateModel(
            name="Sender",
            fields=[
                ("holder", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("seen_at", models.DateTimeField(db_default=Now())),
            ],
            options={"db_table": "senders"},
        ),
        LANES_ARE_MADE_BY_TENANTS,
    ]
