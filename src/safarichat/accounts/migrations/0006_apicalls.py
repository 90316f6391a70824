"""The log of what programs asked through the gateway, for a week."""

import django.contrib.postgres.indexes
from django.db import migrations, models

from safarichat.ground.tenancy import belongs, references, tenant_table


class Migration(migrations.Migration):
    # `messaging` let tenant tables refer to keys.
    dependencies = [("accounts", "0005_apikeys"), ("messaging", "0015_once")]

    operations = [
        migrations.CreateModel(
            name="ApiCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("ms", models.IntegerField()),
                ("method", models.CharField(max_length=10)),
                ("path", models.CharField(max_length=300)),
                ("status", models.SmallIntegerField()),
                ("code", models.IntegerField(db_default=0)),
                ("said", models.CharField(db_default="", max_length=500)),
                ("trace", models.CharField(db_default="", max_length=64)),
                ("made", models.CharField(db_default="", max_length=255)),
                ("address", models.CharField(db_default="", max_length=45)),
                ("agent", models.CharField(db_default="", max_length=200)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False, db_index=False, on_delete=models.DO_NOTHING, to="accounts.account"
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(db_constraint=False, on_delete=models.DO_NOTHING, to="accounts.apikey"),
                ),
            ],
            options={
                "db_table": "api_calls",
                "indexes": [
                    models.Index(fields=["account", "-id"], name="api_calls_account"),
                    django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="api_calls_at"),
                ],
            },
        ),
        references("api_calls", "account_id", "accounts"),
        belongs("api_calls", "key_id", "api_keys"),
        tenant_table("api_calls"),
    ]
