"""Sessions without secrets, invitations, and throttles that hold across processes."""

import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import safarichat.ground.fields
from safarichat.ground.tenancy import references, tenant_table

# Keys of the former kind would let their readers in, and no longer open anything.
FORGET_SESSIONS = migrations.RunSQL("DELETE FROM sessions", migrations.RunSQL.noop)

# Unlogged: after a crash of the database the counts begin anew, which harms nobody.
THROTTLES = migrations.RunSQL(
    """
    CREATE UNLOGGED TABLE throttles (
      key text PRIMARY KEY,
      hits timestamptz[] NOT NULL,
      wait_s double precision NOT NULL,
      ends_at timestamptz NOT NULL
    );
    """,
    "DROP TABLE throttles",
)

# What `createcachetable` would make: login limits and single-use codes.
CACHE = migrations.RunSQL(
    """
    CREATE TABLE IF NOT EXISTS cache (
      cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
    );
    CREATE INDEX IF NOT EXISTS cache_expires ON cache (expires);
    """,
    "DROP TABLE cache",
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_tenancy")]

    operations = [
        FORGET_SESSIONS,
        migrations.AlterField(
            model_name="session",
            name="session_key",
            field=models.CharField(max_length=64, primary_key=True, serialize=False),
        ),
        migrations.AlterField(
            model_name="session",
            name="session_data",
            field=safarichat.ground.fields.SealedField(),
        ),
        migrations.AddField(
            model_name="session",
            name="started_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddField(
            model_name="session",
            name="seen_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddField(
            model_name="session",
            name="ip",
            field=models.GenericIPAddressField(null=True),
        ),
        migrations.AddField(
            model_name="session",
            name="user_agent",
            field=models.CharField(db_default="", max_length=200),
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_digest", models.CharField(max_length=64)),
                ("note", models.CharField(blank=True, db_default="", max_length=150, verbose_name="for whom")),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="made"),
                ),
                ("expires_at", models.DateTimeField(verbose_name="valid until")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="used")),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=models.DO_NOTHING,
                        related_name="invitations",
                        to="accounts.account",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=models.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "used_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=models.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "db_table": "invitations",
                "constraints": [models.UniqueConstraint(fields=("token_digest",), name="invitations_token_key")],
            },
        ),
        references("invitations", "account_id", "accounts"),
        references("invitations", "made_by_id", "users"),
        references("invitations", "used_by_id", "users"),
        tenant_table("invitations", rights="SELECT, INSERT, DELETE"),
        THROTTLES,
        CACHE,
    ]
