"""A conversation's row is written with each message, and each of its indexes with it: one serves pairs and contacts."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0007_fewer_indexes"), ("messaging", "0017_purposes")]

    operations = [
        migrations.AddConstraint(
            "conversation",
            models.UniqueConstraint(fields=["contact", "credential"], name="conversations_contact_key"),
        ),
        migrations.RemoveConstraint("conversation", "conversations_pair_key"),
        migrations.AlterField(
            "conversation",
            "contact",
            models.ForeignKey(
                to="contacts.contact",
                on_delete=django.db.models.deletion.DO_NOTHING,
                db_constraint=False,
                db_index=False,
                related_name="conversations",
            ),
        ),
    ]
