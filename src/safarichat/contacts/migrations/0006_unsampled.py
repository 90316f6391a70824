"""No statistics of the search's lexemes: autovacuum would compute them for 30,000 contacts each time it looks, seconds
of a core, while the search asks for one word and finds it in the index whatever is known of it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contacts", "0005_merges")]

    operations = [
        migrations.RunSQL(
            "ALTER INDEX contacts_search ALTER COLUMN 1 SET STATISTICS 0",
            "ALTER INDEX contacts_search ALTER COLUMN 1 SET STATISTICS -1",
        )
    ]
