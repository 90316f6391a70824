"""Finding the account and number that were shared. No single path is trusted to be there (reference §2.4, §0.4):
the window message can get lost, the shared list needs a portfolio, and the token's targets changed their shape once."""

from collections.abc import Mapping

from msgspec.structs import replace

from safarichat.providers.cloud_api.loose import mapping, text
from safarichat.providers.meta import problems
from safarichat.providers.meta.adding import add_number, verify_number
from safarichat.providers.meta.graph import ask, is_ok, listed, node
from safarichat.providers.meta.nodes import PLAIN_FIELDS, ask_for_number, facts_of_number, is_registered
from safarichat.providers.meta.signup import COEXISTENCE, OWN_APP
from safarichat.providers.meta.walk import Step, Walk
from safarichat.providers.shapes import (
    JSON,
    Answer,
    ConnectFailed,
    NeedsChoice,
    NeedsNumber,
    Talk,
)

MOST_ACCOUNTS = 10
MOST_PAGES = 5
Node = Mapping[str, JSON]


def choose_number(walk: Walk) -> Step:
    if not walk.has_done("number_chosen"):
        found = yield from _numbers_shared(walk)
        if isinstance(found, ConnectFailed):
            return found
        chosen = _chosen(walk, found)
        if not chosen and (wanted := _wanted(walk)):
            chosen = yield from _number_not_listed_yet(walk, wanted, found)
        if not chosen and text(walk.signup.data, "add_number"):
            added = yield from add_number(walk, found.wabas[0])
            if not isinstance(added, Mapping):
                return added
            chosen = added
        if not chosen:
            if not found.numbers:
                return NeedsNumber(problems.NO_NUMBER)
            return NeedsChoice(tuple(_offered(each) for each in found.numbers))
        ids = {"phone_number_id": text(chosen, "id"), "waba_id": text(chosen, "waba_id")}
        yield walk.progress("number_chosen", {**ids, **facts_of_number(chosen)})
    return (yield from _verify(walk))


def _verify(walk: Walk) -> Step:
    """EXPIRED is the normal word for a number that has long been registered: only registering tells, and may ask for
    another verification of one that seemed verified."""
    is_person_at_it = bool(text(walk.signup.data, "code") or text(walk.signup.data, "method"))
    is_once_more = walk.has_done("verified")
    if is_once_more and not is_person_at_it:
        return None
    if walk.fact("code_verification_status") != "VERIFIED":  # it may have been verified since
        answer = yield from ask_for_number(walk.platform, walk.fact("phone_number_id"), walk.token)
        walk.facts.update(facts_of_number(node(answer)))
    status = walk.fact("code_verification_status")
    is_open = status in ("NOT_VERIFIED", "UNVERIFIED") and not is_registered(walk.facts)
    if (is_open or is_once_more) and not is_coexisting(walk):
        if outcome := (yield from verify_number(walk)):
            return outcome
        status = "VERIFIED"
    yield walk.progress("verified", {"code_verification_status": status} if status else {})
    return None


def is_coexisting(walk: Walk) -> bool:
    """The number stays in the WhatsApp Business app too: it can't be registered or removed by API."""
    return (
        walk.signup.mode == "coexistence"
        or text(walk.facts.get("session"), "event") == COEXISTENCE
        or walk.facts.get("is_on_phone_app") is True
    )


# --- which accounts --------------------------------------------------------------------------------------------------


class Found:
    """Numbers in the accounts that the token can read, each with its `waba_id`."""

    def __init__(self) -> None:
        self.numbers: list[Node] = []
        self.wabas: list[str] = []


def _numbers_shared(walk: Walk) -> Talk[Found | ConnectFailed]:
    found = Found()
    refusal: Answer | None = None
    if waba_id := text(walk.facts.get("session"), "waba_id"):
        refusal = yield from _read_account(walk, waba_id, found)
    if not found.wabas:
        for waba_id in (yield from _from_lists(walk)):
            answer = yield from _read_account(walk, waba_id, found)
            refusal = refusal or answer
    if found.wabas:
        return found
    if refusal is not None:
        return walk.failed("number_chosen", refusal)
    problem = problems.NO_ACCOUNT_TOLD if walk.signup.mode == OWN_APP else problems.NO_ACCOUNT
    return ConnectFailed(step="number_chosen", problem=problem)


def _from_lists(walk: Walk) -> Talk[list[str]]:
    """Those shared with our portfolio, then those the token was made for, newest first. The shared list may show other
    customers' accounts too; each is read with this customer's token, which opens only their own."""
    targets = _targets(walk)
    shared: list[str] = []
    if business_id := walk.platform["META_BUSINESS_ID"]:
        query = {"fields": "id,name", "sort": "creation_time_descending", "limit": "50"}
        path = f"{business_id}/client_whatsapp_business_accounts"
        call = walk.call("shared accounts", "GET", path, query=query)
        answer = yield from ask(replace(call, is_operators=True))
        shared = [waba_id for each in listed(answer) if (waba_id := text(each, "id"))]
    if both := [waba_id for waba_id in shared if waba_id in targets]:
        return both[:MOST_ACCOUNTS]
    return list(dict.fromkeys([*targets, *shared]))[:MOST_ACCOUNTS]


def _targets(walk: Walk) -> list[str]:
    granular = walk.facts.get("granular_targets")
    lists = granular.values() if isinstance(granular, dict) else ()
    return list(dict.fromkeys(each for listed_ids in lists if isinstance(listed_ids, list) for each in listed_ids))


def _read_account(walk: Walk, waba_id: str, found: Found) -> Talk[Answer]:
    after = ""
    for _ in range(MOST_PAGES):
        query = {"fields": f"{PLAIN_FIELDS},is_on_biz_app", "limit": "100", **({"after": after} if after else {})}
        answer = yield from ask(walk.call("list numbers", "GET", f"{waba_id}/phone_numbers", query=query))
        if not is_ok(answer):
            break
        if waba_id not in found.wabas:
            found.wabas.append(waba_id)
        found.numbers += [{**each, "waba_id": waba_id} for each in listed(answer) if text(each, "id")]
        paging = mapping(node(answer), "paging")
        after = text(mapping(paging, "cursors"), "after") if "next" in paging else ""
        if not after:
            break
    return answer


# --- which number ----------------------------------------------------------------------------------------------------


def _wanted(walk: Walk) -> str:
    return walk.signup.choice or text(walk.facts.get("session"), "phone_number_id")


def _chosen(walk: Walk, found: Found) -> Node | None:
    wanted = _wanted(walk)
    numbers = [each for each in found.numbers if text(each, "id") == wanted]
    if not numbers and is_coexisting(walk):
        numbers = [each for each in found.numbers if each.get("is_on_biz_app") is True]
    if not numbers and not wanted:
        numbers = found.numbers
    return numbers[0] if len(numbers) == 1 else None


def _number_not_listed_yet(walk: Walk, wanted: str, found: Found) -> Talk[Node | None]:
    """Made a moment ago, a number can be missing in its account's list; its own node knows it already."""
    if walk.signup.choice:  # only what was offered can be chosen
        return None
    answer = yield from ask_for_number(walk.platform, wanted, walk.token)
    if not is_ok(answer) or not found.wabas:
        return None
    return {**node(answer), "id": wanted, "waba_id": found.wabas[0]}


def _offered(number: Node) -> Node:
    return {
        "phone_number_id": text(number, "id"),
        "waba_id": text(number, "waba_id"),
        "display_phone_number": text(number, "display_phone_number"),
        "verified_name": text(number, "verified_name"),
    }
