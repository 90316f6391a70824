"""What messages say is in nobody's plan: autovacuum need not learn of thirty thousand of them what is said how often.
And it looks again when half of a table has changed, not a tenth, which a busy one does within a minute: each look takes
a core from the hooks that arrive for seconds."""

from django.db import migrations

OFTEN = ("messages", "conversations", "attempts")


class Migration(migrations.Migration):
    dependencies = [("messaging", "0018_fewer_indexes")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE messages ALTER body SET STATISTICS 0, ALTER text SET STATISTICS 0;"
            " ALTER TABLE conversations ALTER last_text SET STATISTICS 0",
            "ALTER TABLE messages ALTER body SET STATISTICS -1, ALTER text SET STATISTICS -1;"
            " ALTER TABLE conversations ALTER last_text SET STATISTICS -1",
        ),
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} SET (autovacuum_analyze_scale_factor = 0.5)",
                f"ALTER TABLE {table} RESET (autovacuum_analyze_scale_factor)",
            )
            for table in OFTEN
        ),
    ]
