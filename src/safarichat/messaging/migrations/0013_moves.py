"""What a merge of contacts did to their conversations is kept, so that it can be undone."""

import django.db.models.deletion
from django.db import migrations, models

from safarichat.ground.tenancy import belongs, tenant_table


class Migration(migrations.Migration):
    dependencies = [("messaging", "0012_changes"), ("contacts", "0005_merges")]

    operations = [
        migrations.CreateModel(
            name="ConversationMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("conversation_id", models.BigIntegerField()),
                ("into_id", models.BigIntegerField(null=True)),
                ("was", models.JSONField()),
                ("into_was", models.JSONField(null=True)),
                ("message_ids", models.JSONField(null=True)),
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
                    "merge",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="contacts.contactmerge",
                    ),
                ),
            ],
            options={"db_table": "conversation_moves"},
        ),
        migrations.AddIndex("conversationmove", models.Index(fields=["merge"], name="conversation_moves_merge")),
        belongs("conversation_moves", "merge_id", "contact_merges"),
        tenant_table("conversation_moves"),
    ]
