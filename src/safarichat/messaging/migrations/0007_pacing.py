"""What pace needs: blocks of places in a portfolio's limit, a time after which a message is of no use, and the
messages that nobody knows about, found without touching what a climbing message costs (see 0005)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0006_origin")]

    operations = [
        migrations.CreateModel(
            name="Portfolio",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("paused_until", models.DateTimeField(null=True)),
                ("block", models.SmallIntegerField(db_default=64)),
            ],
            options={"db_table": "portfolios"},
        ),
        migrations.CreateModel(
            name="PortfolioRecipient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("portfolio", models.CharField(max_length=64)),
                ("recipient", models.CharField(max_length=24)),
                ("last_at", models.DateTimeField()),
            ],
            options={"db_table": "portfolio_recipients"},
        ),
        migrations.AddConstraint(
            "portfoliorecipient",
            models.UniqueConstraint(fields=["portfolio", "recipient"], name="portfolio_recipients_key"),
        ),
        migrations.AddIndex(
            "portfoliorecipient",
            models.Index(fields=["portfolio", "last_at"], name="portfolio_recipients_used"),
        ),
        migrations.AddField("lane", "portfolio", models.CharField(db_default="", max_length=64)),
        migrations.AddField("lane", "reserved", models.IntegerField(db_default=0)),
        migrations.AddField("message", "expires_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "message",
            "is_unconfirmed",
            models.GeneratedField(
                expression=models.Q(status="unconfirmed"),  # type: ignore[arg-type]  # a Q is an expression
                output_field=models.BooleanField(),
                db_persist=True,
            ),
        ),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["account", "id"], condition=models.Q(is_unconfirmed=True), name="messages_unconfirmed"
            ),
        ),
    ]
