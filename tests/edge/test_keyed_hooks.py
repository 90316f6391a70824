"""Webhooks of a connection of its own, at the address with its key; and those of the operator's partner account."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.conf import settings
from pytest_django import Settings

from safarichat import providers
from safarichat.accounts.models import Account
from safarichat.edge import keys
from safarichat.edge.hooks import HooksApp
from safarichat.inbox import replaying
from safarichat.inbox.models import Hook
from safarichat.inbox.understanding import understand
from safarichat.messaging.models import Message
from safarichat.numbers import connections, recording
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.platform import operator_address
from safarichat.providers.shapes import Hook as HookAsked
from tests.edge.test_hooks import call, elsewhere, signature
from tests.fixtures import make_number
from tests.inbox.payloads import inbound

pytestmark = pytest.mark.django_db(transaction=True)
OWN_SECRET, OWN_TOKEN = "secret of their own app", "token of their own app"


@pytest.fixture
def app() -> Iterator[HooksApp]:
    made = HooksApp()
    yield made
    made.close()


def connected(account: Account, secrets: dict[str, str], **columns: Any) -> OfficialWhatsappCredential:
    """A number with a connection of its own."""
    row = make_number(account, **columns)
    connections.put_secrets(connections.give(row, ""), secrets)
    row.save()
    return row


@pytest.fixture
def own_app(account: Account) -> OfficialWhatsappCredential:
    return connected(account, {"META_APP_SECRET": OWN_SECRET, "META_WEBHOOK_VERIFY_TOKEN": OWN_TOKEN})


def key_of(row: OfficialWhatsappCredential) -> str:
    assert row.connection is not None
    return row.connection.key


async def post(app: HooksApp, path: str, body: bytes, *, query: str = "", **headers: str) -> tuple[int, bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await call(app, path=path, body=body, query=query, headers=named)
    assert answer
    return answer[:2]


def kept() -> list[tuple[str, str, str, bytes]]:
    rows = Hook.objects.order_by("id").values_list("provider", "route", "query", "body")
    return [(provider, route, query, bytes(body)) for provider, route, query, body in rows]


async def test_the_right_key_and_signature_are_kept_with_their_route_and_query(
    app: HooksApp, own_app: OfficialWhatsappCredential
) -> None:
    body = inbound()
    path = f"/webhooks/meta/{key_of(own_app)}"
    signed = signature(body, OWN_SECRET)
    assert await post(app, path, body, query="m=sc-1&x=", x_hub_signature_256=signed) == (200, b"")
    assert await asyncio.to_thread(elsewhere, kept) == [("meta", key_of(own_app), "m=sc-1&x=", body)]


@pytest.mark.parametrize("secret", [OWN_SECRET, ""])
async def test_another_key_or_another_app_s_signature_is_the_same_401(
    app: HooksApp, own_app: OfficialWhatsappCredential, secret: str
) -> None:
    body = inbound()
    wrong_key = secret == OWN_SECRET
    path = f"/webhooks/meta/{'0' * 32 if wrong_key else key_of(own_app)}"
    signed = signature(body, secret or settings.META_APP_SECRET)
    assert await post(app, path, body, x_hub_signature_256=signed) == (401, b"")
    assert await asyncio.to_thread(elsewhere, kept) == []


async def test_their_app_s_signature_does_not_open_the_operator_s_address(
    app: HooksApp, own_app: OfficialWhatsappCredential
) -> None:
    body = inbound()
    signed = signature(body, OWN_SECRET)
    assert await post(app, "/webhooks/meta", body, x_hub_signature_256=signed) == (401, b"")


async def test_the_handshake_asks_for_their_own_verify_token(
    app: HooksApp, own_app: OfficialWhatsappCredential
) -> None:
    path, asked = f"/webhooks/meta/{key_of(own_app)}", "hub.mode=subscribe&hub.challenge=77&hub.verify_token="
    right = await call(app, "GET", path, query=asked + OWN_TOKEN.replace(" ", "+"))
    wrong = await call(app, "GET", path, query=asked + settings.META_WEBHOOK_VERIFY_TOKEN)
    assert right
    assert wrong
    assert (right[:2], wrong[:2]) == ((200, b"77"), (403, b""))


async def test_secrets_that_are_new_are_believed_at_once(
    app: HooksApp, own_app: OfficialWhatsappCredential, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider calls the address within the moment in which it is registered."""
    monkeypatch.setattr(keys, "JUST_NOW_S", 0.0)
    body = inbound()
    path = f"/webhooks/meta/{key_of(own_app)}"
    assert (await post(app, path, body, x_hub_signature_256=signature(body, "new one")))[0] == 401
    connection = own_app.connection
    assert connection is not None
    await asyncio.to_thread(elsewhere, lambda: connections.put_secrets(connection, {"META_APP_SECRET": "new one"}))
    assert (await post(app, path, body, x_hub_signature_256=signature(body, "new one")))[0] == 200


def test_a_verified_hook_for_a_number_of_another_connection_is_set_aside(
    own_app: OfficialWhatsappCredential, other_account: Account
) -> None:
    theirs = connected(other_account, {"META_APP_SECRET": "x"}, phone_number_id="300000000000777")
    body = inbound(number="300000000000777")
    aside = Hook.objects.create(provider="meta", route=key_of(own_app), body=body)
    right = Hook.objects.create(
        provider="meta", route=key_of(theirs), body=inbound("wamid.2", number="300000000000777")
    )
    understand(10)
    aside.refresh_from_db()
    right.refresh_from_db()
    assert (aside.state, right.state) == (Hook.State.SET_ASIDE, Hook.State.UNDERSTOOD)
    assert list(Message.objects.values_list("credential_id", "provider_message_id")) == [(theirs.pk, "wamid.2")]


def test_a_replayed_hook_keeps_its_query(own_app: OfficialWhatsappCredential) -> None:
    hook = Hook.objects.create(provider="meta", route=key_of(own_app), body=b"nonsense", query="m=sc-1")
    understand(10)
    replaying.replay([hook.pk])
    understand(10)
    hook.refresh_from_db()
    assert (hook.query, hook.state) == ("m=sc-1", Hook.State.SET_ASIDE)


async def test_the_address_of_a_number_that_was_given_up_refuses(
    app: HooksApp, own_app: OfficialWhatsappCredential
) -> None:
    path, body = f"/webhooks/meta/{key_of(own_app)}", inbound()

    def give_up() -> None:
        recording.destroy_secrets(own_app)
        own_app.status = "disconnected"
        own_app.save()

    await asyncio.to_thread(elsewhere, give_up)
    assert (await post(app, path, body, x_hub_signature_256=signature(body, OWN_SECRET)))[0] == 401


# --- a provider that wants more than an empty answer ---


class Answerer:
    """It signs the public address with its query, and reads its own answer."""

    name, operator_hook = "answerer", ""
    hook_answer = ("text/xml; charset=utf-8", b"<Response/>")

    def authentic(self, hook: HookAsked, secrets: Mapping[str, str]) -> bool:
        expected = hmac.new(secrets["TOKEN"].encode(), hook.url.encode(), hashlib.sha256).hexdigest()
        return hmac.compare_digest(hook.headers.get("x-signature", ""), expected)


async def test_the_public_address_is_what_is_signed_and_the_provider_s_answer_is_given(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: dict[str, Any] = providers._PROVIDERS
    monkeypatch.setitem(known, "answerer", Answerer())
    row = await asyncio.to_thread(elsewhere, lambda: connected(account, {"TOKEN": "t"}, api_provider="answerer"))
    app = HooksApp()
    path, query = f"/webhooks/answerer/{key_of(row)}", "m=sc-1&empty="
    url = f"http://testserver{path}?{query}"  # from the settings, whatever the request says of itself
    signed = hmac.new(b"t", url.encode(), hashlib.sha256).hexdigest()
    try:
        given = {"x-signature": signed, "host": "somebody.else.example"}
        answer = await call(app, path=path, query=query, body=b"Body=Habari", headers=given)
        assert answer
        assert (answer[:2], answer[2]["content-type"]) == ((200, b"<Response/>"), "text/xml; charset=utf-8")
        assert await asyncio.to_thread(elsewhere, kept) == [("answerer", key_of(row), query, b"Body=Habari")]
        other = await call(app, path=path, query=query + "x", body=b"Body=Habari", headers=given)
        assert other
        assert other[:2] == (401, b"")
    finally:
        await asyncio.to_thread(app.close)


# --- the partner's ---

PARTNER_EVENT = json.dumps({"event": "channel_live", "data": {"id": "abcDEF1CH", "waba_account": {}}}).encode()


@pytest.fixture
def partner(settings: Settings) -> str:
    """The path at which a partner's account delivers; its secret is `platform secret`."""
    ours = {"D360_PLATFORM_SECRET": "platform secret", "D360_PARTNER_API_KEY": "partner key"}
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | ours
    return operator_address("360dialog").removeprefix("http://testserver")


def partner_signature(body: bytes) -> str:
    return hmac.new(b"platform secret", body, hashlib.sha256).hexdigest()


async def test_the_partner_s_address_has_a_key_of_ours(app: HooksApp, partner: str) -> None:
    name, _, key = partner.removeprefix("/webhooks/").partition("/")
    assert (name, len(key)) == ("360dialog-partner", 32)
    signed = partner_signature(PARTNER_EVENT)
    assert (await post(app, partner, PARTNER_EVENT, x_360dialog_signature=signed))[0] == 200
    assert await asyncio.to_thread(elsewhere, kept) == [("360dialog", "operator", "", PARTNER_EVENT)]


@pytest.mark.parametrize("ending", ["", "/", "/" + "0" * 32])
async def test_without_that_key_the_right_signature_is_worth_nothing(app: HooksApp, partner: str, ending: str) -> None:
    signed = partner_signature(PARTNER_EVENT)
    path = f"/webhooks/360dialog-partner{ending}"
    assert await post(app, path, PARTNER_EVENT, x_360dialog_signature=signed) == (401, b"")


async def test_with_that_key_the_wrong_signature_is_refused(app: HooksApp, partner: str) -> None:
    assert (await post(app, partner, PARTNER_EVENT, x_360dialog_signature="0" * 64))[0] == 401
    assert (await post(app, partner, PARTNER_EVENT))[0] == 401


async def test_a_connection_s_key_opens_no_partner_s_address(app: HooksApp, partner: str, account: Account) -> None:
    row = await asyncio.to_thread(
        elsewhere, lambda: connected(account, {"D360_HOOK_SECRET": "s"}, api_provider="360dialog")
    )
    body = inbound()
    own = await post(app, f"/webhooks/360dialog/{key_of(row)}", body, authorization="Bearer s")
    partners = await post(app, f"/webhooks/360dialog-partner/{key_of(row)}", body, authorization="Bearer s")
    assert (own[0], partners[0]) == (200, 401)
