"""Endpoints, events, deliveries and their tries."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import safarichat.ground.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0004_resending"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(db_default="", max_length=100)),
                ("url", models.CharField(max_length=2000)),
                (
                    "credential_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), null=True, size=None
                    ),
                ),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None),
                ),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "Active"), ("paused", "Paused"), ("off", "Switched off")],
                        db_default="active",
                        default="active",
                        max_length=8,
                    ),
                ),
                ("secret", safarichat.ground.fields.SealedField(db_default="")),
                ("former_secret", safarichat.ground.fields.SealedField(db_default="")),
                ("former_until", models.DateTimeField(null=True)),
                ("verify_token", models.CharField(db_default="", max_length=100)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("failing_since", models.DateTimeField(null=True)),
                ("failures", models.IntegerField(db_default=0)),
                ("rests_until", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("problem", models.CharField(db_default="", max_length=300)),
                ("told_off_at", models.DateTimeField(null=True)),
                ("holder", models.CharField(db_default="", max_length=64)),
                ("held_until", models.DateTimeField(null=True)),
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
                    "created_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "endpoints",
            },
        ),
        migrations.CreateModel(
            name="EndpointEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64)),
                (
                    "credential_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("waba_id", models.CharField(db_default="", max_length=64)),
                ("field", models.CharField(max_length=64)),
                ("kind", models.CharField(db_default="", max_length=64)),
                ("conversation", models.BigIntegerField(null=True)),
                ("value", models.JSONField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "db_table": "endpoint_events",
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("webhook_id", models.CharField(max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("delivered", "Delivered"),
                            ("failed", "Will be tried again"),
                            ("dead", "Given up"),
                        ],
                        db_default="waiting",
                        max_length=9,
                    ),
                ),
                ("tries", models.IntegerField(db_default=0)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("next_at", models.DateTimeField(null=True)),
                ("until", models.DateTimeField()),
                ("delivered_at", models.DateTimeField(null=True)),
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
                    "endpoint",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="deliveries",
                        to="endpoints.endpoint",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="deliveries",
                        to="endpoints.endpointevent",
                    ),
                ),
            ],
            options={
                "db_table": "endpoint_deliveries",
            },
        ),
        migrations.CreateModel(
            name="DeliveryTry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("ms", models.IntegerField()),
                ("status", models.SmallIntegerField()),
                ("request_headers", models.TextField(db_default="")),
                ("response_headers", models.TextField(db_default="")),
                ("response", models.TextField(db_default="")),
                ("problem", models.CharField(db_default="", max_length=300)),
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
                    "delivery",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="all_tries",
                        to="endpoints.delivery",
                    ),
                ),
            ],
            options={
                "db_table": "endpoint_tries",
                "indexes": [
                    models.Index(fields=["delivery", "-id"], name="endpoint_tries_delivery"),
                    django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="endpoint_tries_at"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="endpoint",
            index=models.Index(fields=["account", "id"], name="endpoints_account"),
        ),
        migrations.AddIndex(
            model_name="endpoint",
            index=models.Index(
                condition=models.Q(("created_by__isnull", False)), fields=["created_by"], name="endpoints_maker"
            ),
        ),
        migrations.AddIndex(
            model_name="endpointevent",
            index=models.Index(fields=["account", "-id"], name="endpoint_events_account"),
        ),
        migrations.AddIndex(
            model_name="endpointevent",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="endpoint_events_at"),
        ),
        migrations.AddConstraint(
            model_name="endpointevent",
            constraint=models.UniqueConstraint(fields=("account", "key"), name="endpoint_events_once_key"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False)),
                fields=["endpoint", "next_at", "id"],
                name="deliveries_due",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["endpoint", "state", "-id"], name="deliveries_of_state"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["endpoint", "-id"], name="deliveries_of_endpoint"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["created_at"], name="deliveries_age"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("account", "event", "endpoint"), name="deliveries_once_key"),
        ),
    ]
