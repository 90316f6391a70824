"""The history of a number's standing tells more: review, restrictions, country, username, payments."""

from django.db import migrations

NAMES = ("account_review_status", "restrictions", "country", "username", "messaging_limit", "name_status")


def writes(names: tuple[str, ...], *, payments: bool) -> str:
    def built(row: str) -> str:
        told = [f"'{name}', {row}.provider_config->>'{name}'" for name in names]
        if payments:
            told.append(f"'payments', {row}.provider_config#>>'{{payment_configuration,status}}'")
        return (
            f"jsonb_build_object('status', {row}.status, 'quality_rating', {row}.quality_rating, 'throughput_mps',"
            f" {row}.throughput_mps::text, 'verified_name', {row}.verified_name, {', '.join(told)})"
        )

    return f"""
CREATE OR REPLACE FUNCTION note_number_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before jsonb := {built("OLD")};
  now_is jsonb := {built("NEW")};
BEGIN
  IF before IS DISTINCT FROM now_is THEN
    INSERT INTO number_history (account_id, credential_id, name, value)
    SELECT NEW.account_id, NEW.id, e.key, left(e.value, 255) FROM jsonb_each_text(now_is) e
    WHERE e.value IS NOT NULL AND e.value IS DISTINCT FROM before->>e.key;
  END IF;
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("numbers", "0009_data_deletions")]

    operations = [migrations.RunSQL(writes(NAMES, payments=True), writes(NAMES[4:], payments=False))]
