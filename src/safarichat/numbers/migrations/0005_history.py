"""What a number's standing was and when it changed, written by the database itself whoever changes it."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now

from safarichat.ground.tenancy import belongs, tenant_table

WRITE = """
CREATE FUNCTION note_number_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before jsonb := jsonb_build_object('status', OLD.status, 'quality_rating', OLD.quality_rating,
    'throughput_mps', OLD.throughput_mps::text, 'verified_name', OLD.verified_name,
    'messaging_limit', OLD.provider_config->>'messaging_limit', 'name_status', OLD.provider_config->>'name_status');
  now_is jsonb := jsonb_build_object('status', NEW.status, 'quality_rating', NEW.quality_rating,
    'throughput_mps', NEW.throughput_mps::text, 'verified_name', NEW.verified_name,
    'messaging_limit', NEW.provider_config->>'messaging_limit', 'name_status', NEW.provider_config->>'name_status');
BEGIN
  IF before IS DISTINCT FROM now_is THEN
    INSERT INTO number_history (account_id, credential_id, name, value)
    SELECT NEW.account_id, NEW.id, e.key, left(e.value, 255) FROM jsonb_each_text(now_is) e
    WHERE e.value IS NOT NULL AND e.value IS DISTINCT FROM before->>e.key;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER number_history AFTER UPDATE ON official_whatsapp_credentials
  FOR EACH ROW EXECUTE FUNCTION note_number_history();
"""
FORGET = "DROP TRIGGER number_history ON official_whatsapp_credentials; DROP FUNCTION note_number_history();"


class Migration(migrations.Migration):
    dependencies = [("numbers", "0004_connections")]

    operations = [
        migrations.CreateModel(
            name="NumberHistory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=Now())),
                ("name", models.CharField(max_length=40)),
                ("value", models.CharField(max_length=255)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="accounts.account",
                    ),
                ),
                (
                    "credential",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="numbers.officialwhatsappcredential",
                    ),
                ),
            ],
            options={"db_table": "number_history"},
        ),
        migrations.AddIndex(
            "numberhistory", models.Index(fields=["credential", "-at"], name="number_history_credential")
        ),
        belongs("number_history", "credential_id", "official_whatsapp_credentials"),
        tenant_table("number_history"),
        migrations.RunSQL(WRITE, FORGET),
    ]
