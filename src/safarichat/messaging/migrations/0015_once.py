"""Idempotency keys of programs: the message that each stands for, for a day."""

from django.db import migrations, models

from safarichat.ground.tenancy import belongs, referable, tenant_table


class Migration(migrations.Migration):
    dependencies = [("messaging", "0014_callback_data"), ("accounts", "0005_apikeys")]

    operations = [
        referable("api_keys"),
        migrations.CreateModel(
            name="SentOnce",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False, db_index=False, on_delete=models.DO_NOTHING, to="accounts.account"
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        db_constraint=False, db_index=False, on_delete=models.DO_NOTHING, to="accounts.apikey"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        db_constraint=False, null=True, on_delete=models.DO_NOTHING, to="messaging.message"
                    ),
                ),
            ],
            options={
                "db_table": "sent_once",
                "constraints": [
                    models.UniqueConstraint(fields=("account", "key", "token"), name="sent_once_token_key")
                ],
                "indexes": [models.Index(fields=["at"], name="sent_once_at")],
            },
        ),
        belongs("sent_once", "key_id", "api_keys"),
        belongs("sent_once", "message_id", "messages"),
        tenant_table("sent_once"),
    ]
