"""Somebody with a connect link in a browser of their own."""

import json
from typing import Any
from urllib.parse import urlsplit

from django.test import Client
from django.utils import timezone

from safarichat.accounts.models import Account
from safarichat.numbers import links
from safarichat.numbers.links import Unusable, Wanted
from safarichat.numbers.models import ConnectLink
from tests.onboarding.signing_in import Person

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def make(account: Account, **wanted: Any) -> ConnectLink:
    said = {"name": "Asha Flowers", "providers": ("meta",), **wanted}
    made = links.make(account.pk, account.memberships.get(role="owner").user_id, Wanted(**said), timezone.now())
    assert not isinstance(made, Unusable), made
    return made


class Visitor:
    """Somebody with the link in a browser of their own."""

    def __init__(self, link: ConnectLink, signer: Person, client: Client | None = None) -> None:
        self.client, self.signer = client or Client(), signer
        self.place = urlsplit(links.address(link)).path

    def post(self, path: str, body: Any = None) -> Any:
        return self.client.post(f"{self.place}/{path}", json.dumps(body or {}), content_type="application/json")

    def begin(self, **body: Any) -> Any:
        return self.post("initialize", {"provider": "meta", **body})

    def come_back(self, started: Any, **answers: Any) -> Any:
        brought = self.signer.sign_in(started, **answers)
        body = {"state": started["state"], "code": brought.code, "event": brought.event, "data": brought.data}
        return self.post("callback", body)

    def connect(self, **answers: Any) -> Any:
        return self.come_back(self.begin().json(), **answers)

    def page(self, path: str = "") -> Any:
        return self.client.get(f"{self.place}{path}", headers=HTML)
