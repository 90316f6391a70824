"""`/m/{token}/{name}`: one file for a quarter of an hour, for a provider that takes links only."""

import pytest

from safarichat.accounts.models import Account
from safarichat.media import links
from tests.edge.test_files import LARGE, _no_connection_is_left, ask, kept  # noqa: F401 - a fixture
from tests.media.files import PDF

pytestmark = pytest.mark.django_db(transaction=True)


def path_to(account: Account) -> str:
    return links.link_to(kept(account, LARGE, "Ripoti – Kenya.png")).removeprefix("http://testserver")


def test_the_link_opens_without_a_login(account: Account) -> None:
    answer = ask(path_to(account))
    assert (answer.status, answer.body) == (200, LARGE)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


def test_who_asks_for_its_head_learns_type_and_size(account: Account) -> None:
    answer = ask(path_to(account), method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert (answer.headers["content-type"], answer.headers["content-length"]) == ("image/png", str(len(LARGE)))


def test_a_document_is_called_what_it_is_and_only_saved(account: Account) -> None:
    path = links.link_to(kept(account, PDF, "menu.pdf")).removeprefix("http://testserver")
    answer = ask(path)
    assert (answer.headers["content-type"], answer.body) == ("application/pdf", PDF)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_part_is_given(account: Account) -> None:
    answer = ask(path_to(account), range="bytes=0-9")
    assert (answer.status, answer.body) == (206, LARGE[:10])


def test_a_token_that_was_touched_opens_nothing(account: Account) -> None:
    path = path_to(account)
    token = path.split("/")[2]
    for wrong in (token[:-2] + "AA", token[1:], "x", token.replace(token.split(":")[0], "MTIz")):
        assert ask(path.replace(token, wrong)).status == 404, wrong


def test_after_a_quarter_of_an_hour_it_opens_no_more(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    assert links.LIFE_S == 900
    path = path_to(account)
    monkeypatch.setattr(links, "LIFE_S", -1)
    assert ask(path).status == 404
