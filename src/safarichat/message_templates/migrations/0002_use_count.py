"""Which templates are sent most, for who has to choose one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("message_templates", "0001_initial")]

    operations = [migrations.AddField("messagetemplate", "use_count", models.BigIntegerField(db_default=0))]
