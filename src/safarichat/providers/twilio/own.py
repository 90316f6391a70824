"""A Twilio account that is there already, with a sender that is ready: a person's own, or the operator's."""

from safarichat.providers.cloud_api.loose import text
from safarichat.providers.errors import N_
from safarichat.providers.shapes import ConnectFailed, Later, NeedsChoice, NeedsNumber, Problem, Refused, Unknown
from safarichat.providers.twilio import problems, senders
from safarichat.providers.twilio.addresses import number_id
from safarichat.providers.twilio.errors import classify
from safarichat.providers.twilio.rest import Account, account_of, api, ask, is_ok, node
from safarichat.providers.twilio.senders import Sender
from safarichat.providers.twilio.walk import Step, Walk, failed

SECRETS = (
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_AUTH_TOKEN_SECONDARY",
    "TWILIO_API_KEY_SID",
    "TWILIO_API_KEY_SECRET",
)
VERIFIED = N_("Twilio has verified the number.")


# --- the account -----------------------------------------------------------------------------------------------------


def take_account(walk: Walk) -> Step:
    """What was typed is kept at once, so that it is not to be typed again when Twilio is away at this moment. (!) Not
    so where the account's other numbers live by another token: theirs must not be lost for a slip of the keyboard."""
    given = _given(walk)
    walk.account = _account_in(given)
    if not walk.account.sid or not walk.account.auth_token:
        return ConnectFailed(step="exchanged", problem=problems.TOKEN_WRONG)
    if not walk.has_done("exchanged") and not _replaces_another(walk):
        facts = {"holder": walk.account.sid, "session": {"sender": _typed_number(walk)}}
        yield walk.progress("exchanged", facts, state="waiting", secrets=given)
    return None


def _given(walk: Walk) -> dict[str, str]:
    """All that an account can have: what is not given anew is given up."""
    if walk.signup.mode == "operator":
        parent = account_of(walk.platform.of_operator)
        return {**dict.fromkeys(SECRETS, ""), "TWILIO_ACCOUNT_SID": parent.sid, "TWILIO_AUTH_TOKEN": parent.auth_token}
    return {name: text(walk.signup.data, name) or walk.signup.secrets.get(name, "") for name in SECRETS}


def _account_in(given: dict[str, str]) -> Account:
    return Account(
        sid=given["TWILIO_ACCOUNT_SID"],
        auth_token=given["TWILIO_AUTH_TOKEN"],
        key_sid=given["TWILIO_API_KEY_SID"],
        key_secret=given["TWILIO_API_KEY_SECRET"],
    )


def _replaces_another(walk: Walk) -> bool:
    held = account_of(walk.platform)
    return held.sid == walk.account.sid and bool(held.auth_token) and held != walk.account


def look_at_account(walk: Walk) -> Step:
    """By its auth token, which has to be right whatever key is used for the rest. (!) A Standard key could not read
    this page at all: that it is good is told by the list of messages."""
    if walk.has_done("inspected"):
        return None
    answer = yield from ask(api(walk.platform, walk.account.with_token, "read account", "GET", ".json"))
    if not is_ok(answer):
        return _not_signed_in(walk, classify(answer), problems.TOKEN_WRONG)
    told = node(answer)
    if problem := account_problem(text(told, "status").lower()):
        return ConnectFailed(step="inspected", problem=problem)
    if walk.account.has_key:
        call = api(walk.platform, walk.account, "try key", "GET", "/Messages.json", query={"PageSize": "1"})
        answer = yield from ask(call)
        if not is_ok(answer):
            return _not_signed_in(walk, classify(answer), problems.KEY_REFUSED)
    yield walk.progress("signed_in")
    yield walk.progress("exchanged", {"holder": walk.account.sid}, secrets=_given(walk))
    facts = {"business_name": text(told, "friendly_name"), "account_mode": text(told, "type")}
    yield walk.progress("inspected", facts)
    return None


def _not_signed_in(walk: Walk, outcome: Refused | Later | Unknown, refused: Problem) -> ConnectFailed:
    """`refused`: what it means here when Twilio does not know who asks."""
    stopped = failed("exchanged", outcome)
    problem = refused if stopped.problem.key == "token_invalid" else stopped.problem
    may_resume = stopped.may_resume and not _replaces_another(walk)
    return ConnectFailed(step="exchanged", problem=problem, may_resume=may_resume, after_s=stopped.after_s)


def account_problem(status: str, *, is_child: bool = False) -> Problem | None:
    if status == "suspended":
        return problems.SUBACCOUNT_SUSPENDED if is_child else problems.ACCOUNT_SUSPENDED
    return problems.ACCOUNT_CLOSED if status == "closed" else None


# --- its sender ------------------------------------------------------------------------------------------------------


def choose(walk: Walk) -> Step:
    if walk.has_done("number_chosen"):
        return None
    found = yield from senders.listing(walk.platform, walk.account)
    if found.failure is not None:
        return walk.failed("number_chosen", found.failure)
    known = [each for each in found.items if senders.phone_in(each)]
    if not known:
        return NeedsNumber(problems.NO_SENDER)
    wanted = _wanted(walk)
    mine = [each for each in known if wanted in ("", number_id(senders.phone_in(each)))]
    if not mine:
        return ConnectFailed(step="number_chosen", problem=problems.OTHER_SENDERS)
    ready = [each for each in mine if senders.is_online(each)]
    if len(ready) > 1:
        return NeedsChoice(tuple(_offered(each) for each in ready))
    if not ready:
        return NeedsNumber(senders.problem_of(mine[0]) or problems.NO_SENDER)
    yield walk.progress("number_chosen", senders.facts_of(ready[0]))
    yield walk.progress("verified", message=VERIFIED)
    return None


def _wanted(walk: Walk) -> str:
    """The number that is connected again, the one picked, the one typed, or the one in the operator's settings."""
    if walk.signup.mode == "operator":
        return number_id(walk.platform.of_operator["TWILIO_WHATSAPP_PHONE_NUMBER"].removeprefix("whatsapp:"))
    again = number_id(walk.signup.phone_number)
    return again or walk.signup.choice or number_id(_typed_number(walk))


def _typed_number(walk: Walk) -> str:
    return text(walk.signup.data, "sender") or text(walk.facts.get("session"), "sender")


def _offered(sender: Sender) -> Sender:
    facts = senders.facts_of(sender)
    names = ("phone_number_id", "waba_id", "display_phone_number", "verified_name")
    return {name: facts.get(name, "") for name in names}
