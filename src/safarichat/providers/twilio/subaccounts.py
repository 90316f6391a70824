"""A Twilio account for each customer, under the operator's: made once, found again by its name (reference §2, §12)."""

from collections.abc import Mapping

from safarichat.providers.cloud_api.loose import text
from safarichat.providers.shapes import JSON, ConnectFailed, Lost
from safarichat.providers.twilio import problems
from safarichat.providers.twilio.rest import Account, account_of, accounts, ask, is_ok, node, pages
from safarichat.providers.twilio.walk import Step, Walk

Found = Mapping[str, JSON]


def name_of(walk: Walk) -> str:
    """One for each business account of each of our customers: Twilio ties the two together for good."""
    return f"SafariChat {walk.platform.tenant} {walk.fact('waba_id')}"


def find_or_make(walk: Walk) -> Step:
    """(!) Making one is not repeatable: after a lost answer it is there, and would be there twice."""
    sid, token = walk.signup.secrets.get("TWILIO_ACCOUNT_SID", ""), walk.signup.secrets.get("TWILIO_AUTH_TOKEN", "")
    if sid and token and walk.fact("client_id") == sid:
        walk.account = Account(sid=sid, auth_token=token)
        return None
    operators = walk.platform.of_operator
    parent = account_of(operators)
    query = {"FriendlyName": name_of(walk), "PageSize": "50"}
    listing = yield from pages(accounts(operators, parent, "find subaccount", "GET", query=query), "accounts")
    if listing.failure is not None:
        return walk.failed("registered", listing.failure)
    found = next((each for each in listing.items if _is_meant(each, walk, parent)), None)
    if found is None:
        form = [("FriendlyName", name_of(walk))]
        answer = yield from ask(accounts(operators, parent, "make subaccount", "POST", form=form))
        if not is_ok(answer):
            return walk.failed("registered", answer)
        found = node(answer)
    elif not text(found, "auth_token"):
        answer = yield from ask(accounts(operators, parent, "read subaccount", "GET", text(found, "sid")))
        if not is_ok(answer):
            return walk.failed("registered", answer)
        found = node(answer)
    return (yield from _take(walk, found))


def _is_meant(found: Found, walk: Walk, parent: Account) -> bool:
    """(!) A filter may be read generously; what is closed is closed for good."""
    is_child = text(found, "sid") != parent.sid
    return is_child and text(found, "friendly_name") == name_of(walk) and text(found, "status") != "closed"


def _take(walk: Walk, found: Found) -> Step:
    sid, token = text(found, "sid"), text(found, "auth_token")
    if text(found, "status") == "suspended":  # whoever suspended it has a reason: signing in anew does not lift it
        return ConnectFailed(step="registered", problem=problems.SUBACCOUNT_SUSPENDED)
    if not sid or not token:
        return walk.failed("registered", Lost("an account without SID and token", may_have_arrived=True))
    walk.account = Account(sid=sid, auth_token=token)
    secrets = {"TWILIO_ACCOUNT_SID": sid, "TWILIO_AUTH_TOKEN": token}
    yield walk.progress("registered", {"client_id": sid, "holder": sid}, state="waiting", secrets=secrets)
    return None
