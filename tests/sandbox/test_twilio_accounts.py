"""Accounts, subaccounts, keys and tokens at the pretend Twilio."""

from typing import Any

import pytest

from tests.sandbox.outside import Meta
from tests.sandbox.twilio_side import OPERATOR, OPERATORS_PHONE, OPERATORS_TOKEN, Sender, code_of, library, refused


@pytest.fixture
def operator(twilio: Meta) -> Any:
    return library(twilio, OPERATOR, OPERATORS_TOKEN)


def as_child(twilio: Meta, child: Any) -> Any:
    return library(twilio, child.sid, child.auth_token)


def test_the_operators_account_and_number_are_those_of_the_environment(twilio: Meta, operator: Any) -> None:
    account = operator.api.v2010.accounts(OPERATOR).fetch()
    assert (account.status, account.type, account.owner_account_sid) == ("active", "Full", OPERATOR)
    senders = operator.messaging.v2.channels_senders.list(channel="whatsapp")
    assert [(each.sender_id, each.status) for each in senders] == [(f"whatsapp:{OPERATORS_PHONE}", "ONLINE")]
    assert operator.balance.fetch().currency == "USD"


@pytest.mark.parametrize("auth", [None, (OPERATOR, "wrong"), (OPERATOR, ""), ("AC" + "0" * 32, OPERATORS_TOKEN)])
def test_who_can_not_prove_who_they_are_is_turned_away(twilio: Meta, auth: tuple[str, str] | None) -> None:
    for path in (f"api/2010-04-01/Accounts/{OPERATOR}.json", "content/v1/Content", "messaging/v2/Channels/Senders"):
        assert code_of(twilio.http.get(f"/twilio/{path}", auth=auth)) == (401, 20003)


def test_a_subaccount_has_a_token_of_its_own_and_its_owner_acts_on_it(twilio: Meta, operator: Any) -> None:
    child = operator.api.v2010.accounts.create(friendly_name="Aurora")
    assert (child.owner_account_sid, child.friendly_name) == (OPERATOR, "Aurora")
    assert child.auth_token != OPERATORS_TOKEN
    assert operator.api.v2010.accounts(child.sid).messages.list() == []
    assert child.sid in [each.sid for each in operator.api.v2010.accounts.list(friendly_name="Aurora")]
    mine = as_child(twilio, child)
    assert mine.api.v2010.accounts(child.sid).fetch().sid == child.sid
    assert refused(mine.api.v2010.accounts(OPERATOR).fetch) == (401, 20003)
    assert refused(lambda: mine.api.v2010.accounts.create(friendly_name="Nested")) == (400, 20001)
    assert refused(mine.balance.fetch) == (404, 20404)


def test_a_suspended_account_does_nothing_until_its_owner_wakes_it(twilio: Meta, operator: Any) -> None:
    child = operator.api.v2010.accounts.create(friendly_name="Sleepy")
    mine = as_child(twilio, child)
    assert child.update(status="suspended").status == "suspended"
    assert refused(mine.messages.list) == (403, 20005)
    assert refused(operator.api.v2010.accounts(child.sid).messages.list) == (403, 20005)
    child.update(status="active")
    assert mine.messages.list() == []


def test_a_closed_account_stays_closed(operator: Any) -> None:
    child = operator.api.v2010.accounts.create(friendly_name="Gone")
    assert child.update(status="closed").status == "closed"
    assert refused(lambda: child.update(status="active")) == (400, 20001)


def test_a_standard_key_reaches_all_but_accounts_and_keys(sender: Sender) -> None:
    key = sender.client.new_keys.create(friendly_name="server")
    assert key.sid.startswith("SK")
    server = sender.client_as(key.sid, key.secret)
    assert server.messages.list() == []
    assert refused(server.api.v2010.accounts(sender.account_sid).fetch) == (401, 20003)
    assert refused(server.keys.list) == (401, 20003)
    assert [each.sid for each in sender.client.keys.list()] == [key.sid]
    assert sender.client.keys(key.sid).delete()
    assert refused(server.messages.list) == (401, 20003)


def test_a_main_key_reaches_everything_and_a_restricted_one_what_it_names(twilio: Meta, sender: Sender) -> None:
    def client(kind: str, *allowed: str) -> Any:
        asked = {"account_sid": sender.account_sid, "kind": kind, "allowed": allowed}
        made = twilio.control("POST", "keys", asked)
        return sender.client_as(made["sid"], made["secret"])

    assert client("main").api.v2010.accounts(sender.account_sid).fetch().sid == sender.account_sid
    assert client("restricted", "messages").messages.list() == []
    assert refused(client("restricted", "content").messages.list) == (401, 20003)
    assert client("restricted", "content").content.v1.contents.list() == []


def test_a_second_token_works_beside_the_first_and_alone_once_promoted(sender: Sender) -> None:
    made = sender.client.accounts.v1.secondary_auth_token().create()
    second = sender.client_as(sender.account_sid, made.secondary_auth_token)
    assert second.messages.list() == []
    assert sender.client.messages.list() == []
    promoted = second.accounts.v1.auth_token_promotion().update()
    assert promoted.auth_token == made.secondary_auth_token
    assert second.messages.list() == []
    assert refused(sender.client.messages.list) == (401, 20003)


def test_what_is_not_there_is_not_found(sender: Sender) -> None:
    for path in ("/Calls.json", "/Messages/SM1.json", "/Messages"):
        assert code_of(sender.api("GET", path)) == (404, 20404)
    assert code_of(sender.rest("GET", "video/v1/Rooms")) == (404, 20404)
