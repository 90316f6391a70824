"""Control: API keys, which at Twilio only a person makes in the console, but for the standard ones."""

from starlette.requests import Request
from starlette.routing import Route

from safarichat.sandbox.control.endpoints import Refusal, routes
from safarichat.sandbox.things import JSON
from safarichat.sandbox.twilio.accounts import Accounts

KINDS = ("main", "standard", "restricted")


class Keys:
    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts

    def routes(self) -> list[Route]:
        return routes([("POST", "keys", self.make)])

    async def make(self, request: Request, body: dict[str, JSON]) -> JSON:
        """{"account_sid", "kind"?: main | standard | restricted, "allowed"?: ["messages", "content", "senders", …]}"""
        account = self.accounts.kept.accounts.get(str(body.get("account_sid") or ""))
        kind = str(body.get("kind") or "standard")
        if account is None or kind not in KINDS:
            raise Refusal(f"account_sid must exist, and kind be one of {', '.join(KINDS)}")
        allowed = tuple(str(area).lower() for area in body.get("allowed") or [])
        key = self.accounts.make_key(account, "made by control", kind, allowed)
        return {"sid": key.id, "secret": key.secret, "kind": kind, "allowed": key.allowed}
