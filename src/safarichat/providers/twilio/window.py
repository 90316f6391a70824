"""What Meta's window shared: its code for a token, and with that the account's numbers (reference §12).

Twilio wants to know a telephone number, of which the window tells Meta's id only, and nothing that a browser brings is
believed: a token of this very sign-in opens the accounts that were shared in it and no others. Then it is forgotten.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from safarichat.providers.cloud_api.errors import classify, problem_of
from safarichat.providers.cloud_api.loose import digits, mapping, mappings, text, texts
from safarichat.providers.meta import problems as meta_problems
from safarichat.providers.meta.graph import ask, graph, is_ok, listed, node
from safarichat.providers.meta.signup import FINISHED, stopped
from safarichat.providers.meta.tokens import debug_call
from safarichat.providers.shapes import JSON, Answer, Call, ConnectFailed, Lost, NeedsChoice, NeedsNumber, Talk
from safarichat.providers.twilio import problems
from safarichat.providers.twilio.addresses import number_id
from safarichat.providers.twilio.walk import Step, Walk, failed

FIELDS = "id,display_phone_number,verified_name,code_verification_status"
MOST_ACCOUNTS = 5
Found = Mapping[str, JSON]


def sign_in(walk: Walk) -> Step:
    if walk.has_done("signed_in"):
        return None
    if walk.signup.event in ("CANCEL", "ERROR"):
        return ConnectFailed(step="signed_in", problem=stopped(walk.signup.event, walk.signup.data))
    event = walk.signup.event if walk.signup.event in FINISHED else ""
    yield walk.progress("signed_in", {"session": {"event": event, **walk.signup.data}} if event else {})
    return None


# --- the code for a token --------------------------------------------------------------------------------------------


def exchange(walk: Walk) -> Step:
    if walk.has_done("exchanged"):
        return None
    if not walk.signup.code:
        return ConnectFailed(step="exchanged", problem=meta_problems.CODE_MISSING)
    answer = yield from ask(_exchange_call(walk))
    if isinstance(answer, Lost):  # the code is good for 30 seconds: at once, or never
        answer = yield from ask(_exchange_call(walk))
    if not is_ok(answer):
        return ConnectFailed(step="exchanged", problem=problem_of(answer))
    token = text(node(answer), "access_token")
    if not token:
        return ConnectFailed(step="exchanged", problem=meta_problems.TOKEN_MISSING)
    yield walk.progress("exchanged", {"app_id": walk.platform["META_APP_ID"]}, secrets={"access_token": token})
    walk.signup = replace(walk.signup, secrets={**walk.signup.secrets, "access_token": token})
    return None


def _exchange_call(walk: Walk) -> Call:
    query = {
        "client_id": walk.platform["META_APP_ID"],
        "client_secret": walk.platform["META_APP_SECRET"],
        "code": walk.signup.code,
    }
    return graph(walk.platform, "exchange code", "GET", "oauth/access_token", "", query=query)


# --- the token for a number ------------------------------------------------------------------------------------------


def choose(walk: Walk) -> Step:
    if walk.has_done("number_chosen"):
        return None
    wabas = yield from _wabas(walk)
    if isinstance(wabas, ConnectFailed):
        return wabas
    numbers: list[Found] = []
    for waba_id in wabas[:MOST_ACCOUNTS]:
        query = {"fields": FIELDS, "limit": "100"}
        answer = yield from ask(_with_token(walk, "list numbers", f"{waba_id}/phone_numbers", query))
        if not is_ok(answer):
            return _stopped(answer)
        numbers += [{**each, "waba_id": waba_id} for each in listed(answer) if digits(_phone(each))]
    if not numbers:
        return NeedsNumber(problems.NO_NUMBER_SHARED)
    chosen = _chosen(walk, numbers)
    if chosen is None:
        return NeedsChoice(tuple(_offered(each) for each in numbers))
    yield walk.progress("inspected", {"waba_id": text(chosen, "waba_id")})
    yield walk.progress("number_chosen", _facts(chosen), secrets={"access_token": ""})
    return None


def _wabas(walk: Walk) -> Talk[list[str] | ConnectFailed]:
    """As the window told; where its message got lost, those that the token was made for."""
    if told := text(walk.facts.get("session"), "waba_id"):
        return [told]
    answer = yield from ask(debug_call(walk.platform, walk.signup.secrets.get("access_token", "")))
    if not is_ok(answer):
        return _stopped(answer)
    granular = mappings(mapping(node(answer), "data"), "granular_scopes")
    targets = list(dict.fromkeys(target for each in granular for target in texts(each, "target_ids")))
    return targets or ConnectFailed(step="inspected", problem=meta_problems.NO_ACCOUNT)


def _with_token(walk: Walk, name: str, path: str, query: Mapping[str, str]) -> Call:
    return graph(walk.platform, name, "GET", path, walk.signup.secrets.get("access_token", ""), query=query)


def _stopped(answer: Answer) -> ConnectFailed:
    return failed("inspected", classify(answer))


def _chosen(walk: Walk, numbers: list[Found]) -> Found | None:
    """The one there is, the one picked here or in the window, or the number that is connected again."""
    shared = text(walk.facts.get("session"), "phone_number_id")
    wanted = {walk.signup.choice, number_id(walk.signup.phone_number)} - {""}
    for each in numbers:
        if number_id(_phone(each)) in wanted or (not wanted and text(each, "id") == shared):
            return each
    return numbers[0] if len(numbers) == 1 and not wanted else None


def _phone(found: Found) -> str:
    return text(found, "display_phone_number")


def _offered(found: Found) -> Found:
    return {
        "phone_number_id": number_id(_phone(found)),
        "waba_id": text(found, "waba_id"),
        "display_phone_number": _phone(found),
        "verified_name": text(found, "verified_name"),
    }


def _facts(found: Found) -> dict[str, JSON]:
    told = {**_offered(found), "code_verification_status": text(found, "code_verification_status")}
    told["display_phone_number"] = f"+{digits(_phone(found))}"
    return {name: value for name, value in told.items() if value}
