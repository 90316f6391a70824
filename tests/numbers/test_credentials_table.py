"""The promised table (contract §4), as the database itself knows it."""

import pytest
from django.db import IntegrityError, connection, transaction

from safarichat.accounts.models import Account
from safarichat.numbers.models import COLORS, OfficialWhatsappCredential, Status
from tests.fixtures import make_number

pytestmark = pytest.mark.django_db
TABLE = "official_whatsapp_credentials"
TEXT = "text", None, "YES"
JSONB = "jsonb", None
AT = "timestamp with time zone", None
PROMISED = {
    "id": ("bigint", None, "NO"),
    "user_id": ("bigint", None, "NO"),
    "account_id": ("bigint", None, "NO"),
    "status": ("character varying", 50, "NO"),
    "api_provider": ("character varying", 100, "NO"),
    "waba_id": ("character varying", 255, "YES"),
    "phone_number_id": ("character varying", 255, "YES"),
    "phone_number": ("character varying", 50, "YES"),
    "display_phone_number": ("character varying", 50, "YES"),
    "verified_name": ("character varying", 255, "YES"),
    "quality_rating": ("character varying", 50, "YES"),
    "access_token": TEXT,
    "temporary_code": TEXT,
    "token_expiration": (*AT, "YES"),
    "meta_app_config": (*JSONB, "NO"),
    "provider_config": (*JSONB, "NO"),
    "error_logs": (*JSONB, "NO"),
    "onboarding_started_at": (*AT, "YES"),
    "onboarding_completed_at": (*AT, "YES"),
    "created_at": (*AT, "NO"),
    "updated_at": (*AT, "NO"),
}


def rows(query: str, *params: str | int) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        found: list[tuple[object, ...]] = cursor.fetchall()
        return found


def test_every_promised_column_is_there_with_its_type() -> None:
    columns = {
        str(name): tuple(rest)
        for name, *rest in rows(
            "SELECT column_name, data_type, character_maximum_length, is_nullable FROM information_schema.columns"
            " WHERE table_name = %s",
            TABLE,
        )
    }
    assert {name: columns.get(name) for name in PROMISED} == PROMISED


def test_defaults_are_the_database_s_own(account: Account) -> None:
    user_id = account.memberships.get().user_id
    rows(
        f"INSERT INTO {TABLE} (account_id, user_id, api_provider) VALUES (%s, %s, 'meta') RETURNING id",
        account.pk,
        user_id,
    )
    ((status, meta, config, errors, created, updated),) = rows(
        "SELECT status, meta_app_config::text, provider_config::text, error_logs::text, created_at, updated_at"
        f" FROM {TABLE}"
    )
    assert (status, meta, config, errors) == ("pending", "{}", "{}", "[]")
    assert created is not None
    assert updated is not None


def test_ids_come_from_the_database() -> None:
    ((identity,),) = rows(
        "SELECT is_identity FROM information_schema.columns WHERE table_name = %s AND column_name = 'id'", TABLE
    )
    assert identity == "YES"


def test_credentials_go_with_their_person(number: OfficialWhatsappCredential) -> None:
    rows("DELETE FROM users WHERE id = %s RETURNING id", number.user_id)
    assert not OfficialWhatsappCredential.objects.exists()


@pytest.mark.parametrize("status", ["connected", "suspended", "reauth_required", "connecting"])
def test_a_number_is_live_once_in_the_installation(account: Account, other_account: Account, status: str) -> None:
    make_number(account, status=status)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_number(other_account, status="connected")
    make_number(other_account, status="disconnected")


def test_statuses_and_colours_are_the_promised_ones() -> None:
    promised = {
        "pending": ("Not finished", "secondary"),
        "connecting": ("Connecting", "info"),
        "code_required": ("Code needed", "warning"),
        "in_review": ("Waiting for review", "info"),
        "connected": ("Connected", "success"),
        "attention": ("Connected, needs attention", "warning"),
        "reauth_required": ("Sign in again", "danger"),
        "suspended": ("Suspended by provider", "danger"),
        "disconnected": ("Disconnected", "secondary"),
        "failed": ("Failed", "danger"),
    }
    assert {status.value: (str(status.label), COLORS[status]) for status in Status} == promised
