from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from safarichat.accounts.models import Account
from safarichat.messaging.models import Conversation
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.console.rows import make_conversation, make_message
from tests.fixtures import make_number


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_list_shows_who_wrote_what_and_how_long_the_window_is_open(
    client_in: Client, number: OfficialWhatsappCredential
) -> None:
    make_conversation(number, last_text="Do you deliver?", unread_count=3)
    shown = page(client_in, "/inbox")
    assert "Peter Kamau" in shown
    assert "Do you deliver?" in shown
    assert "19 hours left to reply freely" in shown
    assert '>3<span class="visually-hidden"> unread' in shown


def test_an_empty_inbox_says_what_to_do(client_in: Client) -> None:
    assert "Connect a number first" in page(client_in, "/inbox")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("unread", {"Una"}), ("open", {"Una", "Otto"}), ("closed", {"Clara"}), ("all", {"Una", "Otto", "Clara"})],
)
def test_filters_show_what_they_say(
    client_in: Client, number: OfficialWhatsappCredential, asked: str, expected: set[str]
) -> None:
    make_conversation(number, "Una", unread_count=1)
    make_conversation(number, "Otto")
    make_conversation(number, "Clara", window_closes_at=timezone.now() - timedelta(minutes=1))
    shown = page(client_in, f"/inbox?filter={asked}")
    assert {name for name in ("Una", "Otto", "Clara") if name in shown} == expected


@pytest.mark.parametrize("wanted", ["kama", "PETER k", "+254 711 000", "0711000001", "0001", "peter kamau"])
def test_a_customer_is_found_by_name_or_number(
    client_in: Client, number: OfficialWhatsappCredential, wanted: str
) -> None:
    make_conversation(number)
    make_conversation(number, "Somebody Else", phone="4915100000009")
    shown = client_in.get("/inbox", {"q": wanted}).content.decode()
    assert "Peter Kamau" in shown
    assert "Somebody Else" not in shown


@pytest.mark.parametrize("wanted", ["'", "a & b | !", "\\", ":*", "%", "\x00", "🙂", "<script>"])
def test_a_search_for_odd_characters_finds_nothing_and_fails_nothing(client_in: Client, wanted: str) -> None:
    answer = client_in.get("/inbox", {"q": wanted})
    assert answer.status_code == 200
    assert b"<script>alert" not in answer.content


def test_a_search_sees_no_other_account(
    client_in: Client, number: OfficialWhatsappCredential, other_account: Account
) -> None:
    make_conversation(make_number(other_account, phone_number_id="3999", waba_id="2999"), "Peter Foreign")
    assert "Peter Foreign" not in page(client_in, "/inbox?q=peter")


def test_older_conversations_follow_on_the_next_page_each_once(
    client_in: Client, number: OfficialWhatsappCredential
) -> None:
    at = timezone.now()
    for index in range(45):  # five share one moment: the id decides
        make_conversation(
            number, f"Customer{index:03}", phone=str(index), last_message_at=at - timedelta(hours=index // 5)
        )
    first = client_in.get("/inbox")
    second = client_in.get("/inbox", {"before": first.context["older"]})
    seen = [row.name for row in [*first.context["conversations"], *second.context["conversations"]]]
    assert len(seen) == len(set(seen)) == 45
    assert second.context["older"] == ""


@pytest.mark.parametrize("place", ["x", "1-2-3", "9" * 40 + "-1", "-", "12"])
def test_a_place_that_nobody_wrote_is_the_first_page(client_in: Client, place: str) -> None:
    assert client_in.get("/inbox", {"before": place}).status_code == 200


def test_looking_at_a_conversation_marks_it_as_seen(client_in: Client, number: OfficialWhatsappCredential) -> None:
    conversation = make_conversation(number, unread_count=2)
    page(client_in, f"/inbox/{conversation.pk}")
    assert Conversation.objects.get().unread_count == 0


def test_another_accounts_conversation_is_not_found(
    client_in: Client, number: OfficialWhatsappCredential, other_account: Account
) -> None:
    theirs = make_conversation(make_number(other_account, phone_number_id="3999", waba_id="2999"), unread_count=1)
    message = make_message(theirs, direction="out", status="failed")
    for address in ("", "/head", "/thread", "/composer"):
        assert client_in.get(f"/inbox/{theirs.pk}{address}").status_code == 404
    for address in (f"/inbox/{theirs.pk}/{verb}" for verb in ("messages", "draft", "seen")):
        assert client_in.post(address, {"text": "hello", "form_token": "t"}).status_code == 404
    for verb in ("retry", "cancel"):
        assert client_in.post(f"/messages/{message.pk}/{verb}").status_code == 404
    theirs.refresh_from_db()
    assert theirs.unread_count == 1


def test_fragments_tell_a_logged_out_script_so(client: Client, number: OfficialWhatsappCredential) -> None:
    answer = client.get("/inbox/rows", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "not_logged_in"


def test_a_logged_out_person_is_led_through_the_login_and_back(client: Client) -> None:
    answer = client.get("/inbox/7?filter=unread", headers={"Accept": "text/html"})
    assert answer.headers["Location"] == "/accounts/login/?next=/inbox/7%3Ffilter%3Dunread"


def test_the_menu_counts_conversations_with_something_unread(
    client_in: Client, number: OfficialWhatsappCredential
) -> None:
    assert page(client_in, "/inbox/unread").strip() == ""
    for phone in ("1", "2"):
        make_conversation(number, phone=phone, unread_count=5)
    assert ">2<span" in page(client_in, "/inbox/unread")


def test_an_older_page_of_a_thread_leaves_the_list_at_its_beginning(
    client_in: Client, number: OfficialWhatsappCredential
) -> None:
    """As it is without a script, where the link to older messages loads a page."""
    conversation = make_conversation(number)
    for minutes in range(45):
        make_message(conversation, f"Line {minutes}", at=timezone.now() - timedelta(hours=minutes))
    first = client_in.get(f"/inbox/{conversation.pk}")
    older = client_in.get(f"/inbox/{conversation.pk}", {"before": first.context["older_messages"]})
    assert [row.id for row in older.context["conversations"]] == [conversation.pk]
    assert "Line 44" in older.content.decode()
