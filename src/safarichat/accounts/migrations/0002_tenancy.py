"""Accounts as tenants: the tenant role, its view of people and accounts, and deletion that leaves nothing behind."""

from django.db import migrations

from safarichat.ground.tenancy import CURRENT, cascade_from, make_tenant_role, references, tenant_table

# An account without members belongs to nobody: it goes with its last member, by whatever way that member goes.
LAST_MEMBER = """
CREATE FUNCTION accounts_end_with_last_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM accounts a WHERE a.id = OLD.account_id
    AND NOT EXISTS (SELECT FROM memberships m WHERE m.account_id = a.id);
  RETURN NULL;
END $$;
CREATE TRIGGER accounts_end_with_last_member AFTER DELETE ON memberships
  FOR EACH ROW EXECUTE FUNCTION accounts_end_with_last_member();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.RunPython(make_tenant_role, migrations.RunPython.noop),
        references("memberships", "account_id", "accounts"),
        references("memberships", "user_id", "users"),
        references("sessions", "user_id", "users"),
        migrations.RunSQL(
            LAST_MEMBER,
            reverse_sql="DROP TRIGGER accounts_end_with_last_member ON memberships;"
            " DROP FUNCTION accounts_end_with_last_member()",
        ),
        cascade_from(
            "users",
            [
                "django_admin_log",
                "users_groups",
                "users_user_permissions",
                "account_emailaddress",
                "mfa_authenticator",
            ],
        ),
        cascade_from("account_emailaddress", ["account_emailconfirmation"]),
        tenant_table("accounts", own="id", rights="SELECT, UPDATE"),
        tenant_table("memberships", rights="SELECT"),
        tenant_table(
            "users",
            rights="SELECT (id, email, name, language, time_zone)",
            using=f"id IN (SELECT user_id FROM memberships WHERE account_id = {CURRENT})",
        ),
    ]
