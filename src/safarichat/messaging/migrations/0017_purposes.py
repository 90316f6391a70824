"""Templates that were waiting when messages learnt what they are for: a STOP holds these as well."""

from django.db import migrations

NAMED = """
UPDATE messages m SET purpose = coalesce(
  (SELECT lower(t.category) FROM message_templates t
   WHERE t.account_id = m.account_id AND t.name = m.body #>> '{template,name}'
     AND t.language = m.body #>> '{template,language,code}'
     AND lower(t.category) IN ('marketing', 'utility', 'authentication') LIMIT 1), 'marketing')
WHERE m.is_waiting AND m.kind = 'template' AND m.purpose = ''
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0016_room"), ("message_templates", "0002_use_count")]

    operations = [migrations.RunSQL(NAMED, migrations.RunSQL.noop)]
