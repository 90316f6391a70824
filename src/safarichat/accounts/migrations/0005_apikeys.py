"""API keys. Every process holds the keys it has met: a trigger tells them of each change, by whatever way it comes."""

import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from safarichat.ground.tenancy import references, tenant_table

TELL = """
CREATE FUNCTION api_keys_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('safarichat_keys', OLD.digest);
  RETURN NULL;
END $$;
CREATE TRIGGER api_keys_tell
  AFTER DELETE OR UPDATE OF digest, scopes, credential_ids, addresses, expires_at, revoked_at ON api_keys
  FOR EACH ROW EXECUTE FUNCTION api_keys_tell();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_resending")]

    operations = [
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("prefix", models.CharField(max_length=12)),
                ("digest", models.CharField(max_length=64)),
                ("scopes", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                (
                    "credential_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), null=True, size=None
                    ),
                ),
                (
                    "addresses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), db_default=[], default=list, size=None
                    ),
                ),
                ("expires_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=models.DO_NOTHING,
                        related_name="api_keys",
                        to="accounts.account",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=models.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "api_keys",
                "constraints": [models.UniqueConstraint(fields=("digest",), name="api_keys_digest_key")],
                "indexes": [models.Index(fields=["account", "-id"], name="api_keys_account")],
            },
        ),
        references("api_keys", "account_id", "accounts"),
        references("api_keys", "created_by_id", "users", on_delete="SET NULL"),
        tenant_table("api_keys"),
        migrations.RunSQL(TELL, reverse_sql="DROP TRIGGER api_keys_tell ON api_keys; DROP FUNCTION api_keys_tell()"),
    ]
