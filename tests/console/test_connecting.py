"""The comparison of providers, the four questions, and the wizard at one of them."""

import re

import pytest
from django.test import Client
from pytest_django import Settings

from safarichat import providers
from safarichat.accounts.models import Account, User
from safarichat.console import choosing
from tests.fixtures import make_number

pytestmark = pytest.mark.django_db
PAGE = "/whatsapp/integration-options"


def shown(client: Client, **query: str) -> str:
    answer = client.get(PAGE, query)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def cards(page: str) -> list[str]:
    return re.findall(r'<article class="card way[^"]*" id="way-([^"]+)"', page)


@pytest.fixture
def staff(client_in: Client, account: Account) -> Client:
    User.objects.filter(pk=account.memberships.get().user_id).update(is_staff=True)
    return client_in


# --- comparison ------------------------------------------------------------------------------------------------------


def test_there_is_a_card_for_each_provider_the_default_one_first(client_in: Client, settings: Settings) -> None:
    assert cards(shown(client_in)) == ["360dialog", "meta", "twilio"]
    settings.WHATSAPP_DEFAULT_PROVIDER = "twilio"
    assert cards(shown(client_in))[0] == "twilio"


def test_what_is_switched_off_has_no_card_and_no_wizard(client_in: Client, settings: Settings) -> None:
    settings.WHATSAPP_PROVIDERS = ["meta"]
    assert cards(shown(client_in)) == ["meta"]
    assert "data-wizard" not in shown(client_in, provider="360dialog")


def test_a_card_tells_everything_that_its_provider_says_of_itself(client_in: Client) -> None:
    page = shown(client_in).replace("&#x27;", "'")
    for facts in providers.all_facts():
        told = (facts.summary, facts.best_for, facts.who_bills, facts.time, facts.limits, facts.docs_url, facts.badge)
        for sentence in (*told, *facts.you_need, *facts.pros, *facts.cons, *facts.abilities_told, facts.coexistence):
            assert sentence in page, sentence


def test_below_the_cards_stands_the_directory_of_partners(client_in: Client) -> None:
    page = shown(client_in)
    assert page.index("https://www.facebook.com/business/partner-directory") > page.rindex("</article>")


def test_only_what_is_set_up_can_be_begun_and_staff_see_what_is_missing(
    client_in: Client, settings: Settings, account: Account
) -> None:
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | {"META_APP_SECRET": ""}
    settings.WHATSAPP_PROVIDERS = ["meta"]
    before = _ways_without_settings("meta")
    if not before:
        page = shown(client_in)
        assert "Ask whoever runs this installation" in page
        assert "META_APP_SECRET" not in page
    User.objects.filter(pk=account.memberships.get().user_id).update(is_staff=True)
    assert "META_APP_SECRET" in shown(client_in, provider="meta")


def _ways_without_settings(name: str) -> bool:
    return any(way.flow == "form" for way in providers.get(name).abilities.ways)


# --- help me choose --------------------------------------------------------------------------------------------------


def test_there_are_four_questions_that_need_no_script(client_in: Client) -> None:
    page = shown(client_in)
    assert 'method="get"' in page
    for name in choosing.QUESTIONS:
        assert page.count(f'name="{name}"') >= 2
    assert len(choosing.QUESTIONS) == 4


@pytest.mark.parametrize(
    ("answers", "provider"),
    [
        ({"bill": "price", "phone": "", "have": "own_app", "kinds": "every_kind"}, "meta"),
        ({"bill": "support", "phone": "phone_app", "have": "nothing_yet", "kinds": ""}, "360dialog"),
        ({"bill": "one_bill", "phone": "", "have": "platform", "kinds": ""}, "twilio"),
    ],
)
def test_answers_speak_for_a_provider(answers: dict[str, str], provider: str) -> None:
    found = choosing.suggested(answers, providers.all_facts())
    assert found is not None
    assert found["facts"].name == provider
    assert found["reasons"]


def test_a_number_that_shall_stay_in_the_app_is_led_to_nobody_who_would_take_it_away() -> None:
    answers = {"bill": "one_bill", "phone": "phone_app", "have": "platform", "kinds": ""}
    found = choosing.suggested(answers, providers.all_facts())
    assert found is not None
    assert "phone_app" in found["facts"].suits


def test_nonsense_is_no_answer(client_in: Client) -> None:
    assert choosing.suggested({"bill": "<script>", "phone": "x"}, providers.all_facts()) is None
    assert "we suggest" not in shown(client_in, bill="<script>")


def test_every_answer_is_suited_by_some_provider() -> None:
    suited = {suit for facts in providers.all_facts() for suit in facts.suits}
    wanted = {value for _question, answers in choosing.QUESTIONS.values() for value in answers if value}
    assert wanted == suited


# --- the wizard at one provider --------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", providers.names())
def test_each_way_of_a_provider_is_told_with_what_it_needs(staff: Client, provider: str) -> None:
    page = shown(staff, provider=provider).replace("&#x27;", "'")
    for way in providers.get(provider).abilities.ways:
        assert f'value="{way.mode}"' in page
        assert way.label in page
        assert way.summary in page


@pytest.mark.parametrize("provider", providers.names())
def test_a_way_for_staff_is_nobody_else_s(client_in: Client, provider: str) -> None:
    page = shown(client_in, provider=provider)
    for way in providers.get(provider).abilities.ways:
        assert (f'id="mode-{way.mode}"' in page) is not way.is_for_staff


@pytest.mark.parametrize("provider", providers.names())
def test_secret_fields_are_password_fields_that_may_be_pasted_into(staff: Client, provider: str) -> None:
    page = shown(staff, provider=provider)
    for way in providers.get(provider).abilities.ways:
        if way.flow != "form" or f'data-typed="{way.mode}"' not in page:
            continue
        for field in way.fields:
            (found,) = re.findall(rf'<input[^>]*id="field-{way.mode}-{field.name}"[^>]*>', page)
            assert ('type="password"' in found) is field.is_secret
            assert "onpaste" not in found


def test_signing_in_again_goes_on_at_the_number_s_own_provider(client_in: Client, account: Account) -> None:
    row = make_number(account, api_provider="360dialog", onboarding_completed_at="2026-01-01T00:00:00Z")
    page = shown(client_in, credential_id=str(row.pk))
    assert 'data-wizard="360dialog"' in page
    assert f"Sign in again for {row.display_phone_number}" in page
    assert cards(page) == []


def test_preflight_rows_tell_staff_what_is_missing_and_others_whom_to_ask(
    client_in: Client, settings: Settings, account: Account
) -> None:
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | {"META_APP_SECRET": ""}
    path = "/whatsapp/official/before/meta?mode=signup"
    told = client_in.get(path).content.decode()
    assert "safarichat check" in told
    assert "META_APP_SECRET" not in told
    User.objects.filter(pk=account.memberships.get().user_id).update(is_staff=True)
    assert "META_APP_SECRET" in client_in.get(path).content.decode()
