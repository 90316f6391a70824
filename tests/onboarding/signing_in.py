"""Somebody in front of the sandbox's sign-in window."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from safarichat.numbers.demo import _Form
from safarichat.numbers.onboarding import Brought
from tests.fixtures import Sandbox

SESSION = "session-of-the-browser"


class Person:
    """Somebody in front of Meta's sign-in window, who presses Continue but for what a test says."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def sign_in(self, login: Any, *, by_page: bool = False, leave_at: str = "", **answers: str | list[str]) -> Brought:
        """Walk through the popup (or the full page) and return what the browser has in the end."""
        url = self._address(login, by_page)
        page = self.sandbox.http.get(url, follow_redirects=True)
        for _ in range(12):
            if "outcome" in page.text and "Finishing" in page.text:
                return self._outcome(page.text)
            form = _Form()
            form.feed(page.text)
            step = page.text.partition('data-step="')[2].partition('"')[0]
            given: dict[str, Any] = {}
            for name, value in form.filled_in:
                given.setdefault(name, []).append(value)
            given |= {name: value for name, value in answers.items() if name in given or name.startswith("option_")}
            given["action"] = "cancel" if step == leave_at else "continue"
            if step == "PERMISSIONS" and "scope" in answers:
                given["scope"] = answers["scope"]
            page = self.sandbox.http.post(form.address, data=given)
            while page.status_code == 303:
                if page.headers["location"].startswith("http://testserver"):
                    return self._returned(page.headers["location"])
                page = self.sandbox.http.get(page.headers["location"])
        raise AssertionError("the sign-in does not end")

    def _address(self, login: Any, by_page: bool) -> str:
        if by_page:
            return str(login["redirect_url"])
        query = {"client_id": login["sdk"]["app_id"], "sdk_origin": "http://testserver", "sdk_callback": "f1"}
        for name, value in login["sdk"]["login_options"].items():
            query[name] = value if isinstance(value, str) else json.dumps(value)
        url = self.sandbox.http.build_request("GET", "/v25.0/dialog/oauth", params=query).url
        return str(url)

    def _outcome(self, html: str) -> Brought:
        outcome = json.loads(html.partition('id="outcome">')[2].partition("</script>")[0])
        granted = outcome["login"]["authResponse"] or {}
        session = outcome["session"]
        told = json.loads(session) if isinstance(session, str) else session or {}
        return Brought(code=granted.get("code", ""), event=told.get("event", ""), data=told.get("data"))

    def _returned(self, url: str) -> Brought:
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        return Brought(code=query.get("code", ""), event="" if "code" in query else "CANCEL", by_page=True)
