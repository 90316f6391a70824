"""As for messages: what hooks hold is in nobody's plan, and half of them may be new before another look is worth it."""

from django.db import migrations

OFTEN = ("inbox", "hooks_of_numbers")


class Migration(migrations.Migration):
    dependencies = [("inbox", "0008_shards")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE inbox ALTER body SET STATISTICS 0, ALTER query SET STATISTICS 0",
            "ALTER TABLE inbox ALTER body SET STATISTICS -1, ALTER query SET STATISTICS -1",
        ),
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} SET (autovacuum_analyze_scale_factor = 0.5)",
                f"ALTER TABLE {table} RESET (autovacuum_analyze_scale_factor)",
            )
            for table in OFTEN
        ),
    ]
