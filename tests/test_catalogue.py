"""The catalogue is read, so that no new table, key or link forgets whose rows it holds."""

import pytest

from tests.catalogue import UNIQUE_KEYS, Garden, belonging_to, rows, tables, tenant_tables

pytestmark = pytest.mark.django_db

OF_NO_ACCOUNT = {
    "account_emailaddress": "a person's, read before it is known for which account they act",
    "account_emailconfirmation": "a person's; links are signed instead, the table stays empty",
    "auth_group": "the operator's",
    "auth_group_permissions": "the operator's",
    "auth_permission": "Django's list of rights",
    "data_deletions": "asked for by people of a provider who have no account here; digests and counts",
    "cache": "login limits and single-use codes, by digests",
    "django_admin_log": "what operators did",
    "django_content_type": "Django's list of tables",
    "django_migrations": "Django's list of migrations",
    "inbox": "one webhook may carry many accounts' news; only workers and the operator read it",
    "inbox_refused": "counts of the whole installation",
    "mfa_authenticator": "a person's, read while they log in",
    "portfolio_recipients": "digests; a provider counts what several accounts send together",
    "portfolios": "a provider counts what several accounts send together",
    "senders": "which worker processes send just now",
    "sessions": "a person's, read before it is known for which account they act",
    "throttles": "limits by digests, of the whole installation",
    "users_groups": "the operator's",
    "users_user_permissions": "the operator's",
}
OF_THE_JOBS = "procrastinate_"  # scheduled work, for workers alone

# Unique keys of tenant tables that begin with something else than the account or its number.
WIDER_KEYS = {
    "api_keys_digest_key": "digests of random keys; nobody can ask for another's",
    "attempts_number_key": "begins with the message, which can't be another account's (composite foreign key)",
    "credentials_one_live_per_number": "meant: one live credential per provider and number in the installation",
    "credentials_one_live_per_phone": "meant: the same, before the provider has told its id of the number",
    "conversations_contact_key": "begins with the contact, which can't be another account's (composite foreign key)",
    "connect_links_token_key": "digests of random tokens; nobody can ask for another's",
    "drafts_conversation_user_key": "begins with the conversation, which can't be another account's",
    "invitations_token_key": "digests of random tokens; nobody can ask for another's",
    "message_events_once_key": "begins with the message, which can't be another account's",
    "users_email_key": "an address is one person's in the installation; sign-up does not tell whose",
    "users_email_lower_key": "the same, whatever the case",
}

PEOPLE = {"users"}  # a person may be a member of several accounts: rows refer to them by their id alone


def test_every_table_has_its_policy_or_a_reason_to_have_none() -> None:
    without = {name for name in tables() if not name.startswith(OF_THE_JOBS)} - set(tenant_tables())
    assert without == set(OF_NO_ACCOUNT)


def test_every_table_with_an_account_has_a_policy() -> None:
    with_account = {name for name, table in tables().items() if table.has("account_id")}
    assert with_account <= set(tenant_tables())


def test_every_unique_key_begins_with_the_account_or_the_number_or_has_a_reason() -> None:
    known, ours = tables(), set(tenant_tables())
    wider = {
        name
        for name, table, is_primary, first in rows(UNIQUE_KEYS)
        if table in ours
        and first not in ("account_id", "credential_id")
        and not (is_primary and known[table].key == first)
    }
    assert wider == set(WIDER_KEYS)


def test_primary_keys_of_tenant_tables_are_numbers_that_we_give() -> None:
    for name in tenant_tables():
        key = tables()[name].columns[0]
        assert (key.name, key.type) in {("id", "bigint"), ("credential_id", "bigint")}, name


def test_links_between_tenant_tables_carry_the_account() -> None:
    known = tables()
    alone = {
        link.name
        for name in tenant_tables()
        for link in known[name].links
        if link.target in tenant_tables()
        and link.target not in {"accounts", *PEOPLE}
        and "account_id" not in link.columns
    }
    assert alone == set()


def test_every_column_that_names_a_row_is_a_link() -> None:
    """A number without a foreign key would outlive what it names."""
    loose = {
        f"{table.name}.{column.name}"
        for table in belonging_to("accounts", "users")
        for column in table.columns
        if column.name.endswith("_id") and column.type == "bigint"
        if not any(column.name in link.columns for link in table.links)
    }
    assert loose == {
        "contact_merges.source_id",  # who is gone as long as the merge holds
        "conversation_moves.conversation_id",  # likewise, and goes with its merge
        "conversation_moves.into_id",
        "conversations.last_inbound_id",  # a message of this very conversation: it goes with it
        "attempts.credential_id",  # once more beside its message, with which it goes
        "hook_events.hook_id",  # the hook's bytes are kept for a shorter time
        "hooks_of_numbers.hook_id",  # likewise
        "fields_seen.hook_id",  # likewise
    }


def test_a_person_deleted_by_plain_sql_leaves_no_row_of_theirs_anywhere() -> None:
    gone, stays = Garden("gone987", 1_987_654_321).plant(), Garden("stays123", 1_123_456_789).plant()
    before = _rows_with(stays)

    rows("DELETE FROM users WHERE id = %s", gone.number)
    rows("SET CONSTRAINTS ALL IMMEDIATE")

    assert _rows_with(gone) == {}
    assert _rows_with(stays) == before


def test_a_colleague_deleted_by_plain_sql_leaves_the_account_and_its_messages() -> None:
    owner, other = Garden("owner987", 1_987_654_321).plant(), Garden("other123", 1_123_456_789).plant()
    rows("INSERT INTO memberships (account_id, user_id) VALUES (%s, %s)", owner.number, other.number)
    rows("UPDATE messages SET sent_by_id = %s WHERE id = %s", other.number, owner.number)

    rows("DELETE FROM users WHERE id = %s", other.number)
    rows("SET CONSTRAINTS ALL IMMEDIATE")

    assert rows("SELECT sent_by_id FROM messages") == [(None,)]
    assert rows("SELECT id FROM accounts") == [(owner.number,)]


def _rows_with(garden: Garden) -> dict[str, int]:
    """In every table of the database: how many rows name the person, their account, or anything of theirs."""
    found = {}
    for name in tables():
        ((count,),) = rows(
            f'SELECT count(*) FROM "{name}" t WHERE t::text LIKE %s OR t::text LIKE %s',
            f"%{garden.mark}%",
            f"%{garden.number}%",
        )
        if count:
            found[name] = count
    return found
