"""What we have no model of goes to the provider as it is, where that speaks the Cloud API: by path and method, and
never what is ours to translate (subscribed_apps, register, webhook_configuration)."""

import re
from collections.abc import Callable, Mapping
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from safarichat import providers
from safarichat.gateway.answers import Answer, error, not_there, outcome_told
from safarichat.gateway.calls import Call
from safarichat.gateway.objects import number_if_any, rows_if_waba
from safarichat.ground.sql import JSON
from safarichat.ground.talks import Lost, Reply
from safarichat.numbers import passing
from safarichat.numbers.platform import address
from safarichat.providers.passing import Passed
from safarichat.providers.shapes import Later, Problem, Refused, Unknown

NOT_CARRIED = "This number's provider does not offer this."
_SECRET = ("access_token", "appsecret_proof")
_Rule = tuple[re.Pattern[str], str]  # the edge, and the scope for changes; reading needs `read`
OF_NUMBER: tuple[_Rule, ...] = tuple(
    (re.compile(pattern), "numbers")
    for pattern in (
        r"message_qrdls(/\w+)?",
        r"whatsapp_commerce_settings",
        r"block_users",
        r"conversational_automation",
        r"official_business_account",
        r"business_compliance_info",
        r"username(_suggestions)?",
    )
)
OF_ACCOUNT: tuple[_Rule, ...] = (
    (re.compile(r"flows"), "templates"),
    (re.compile(r"(upsert_message_templates|message_template_previews|message_template_library)"), "templates"),
    (re.compile(r"(template_analytics|template_group_analytics)"), "read"),
    (re.compile(r"product_catalogs"), "admin"),
)


def verb_for(call: Call) -> tuple[str, Callable[[Call], Answer]] | None:
    """The scope it needs, and who answers; None for what is not on the list."""
    edge = "/".join(call.place.parts[1:])
    for rules, verb in ((OF_NUMBER, of_number), (OF_ACCOUNT, of_account)):
        for pattern, scope in rules:
            if call.method in ("GET", "POST", "DELETE") and pattern.fullmatch(edge):
                return ("read" if call.method == "GET" else scope), verb
    return None


def of_number(call: Call) -> Answer:
    number = number_if_any(call)
    if number is None:
        return not_there(call.place.parts[0], call.method)
    if not providers.get(number.provider).abilities.speaks_cloud_api:
        return error(131009, details=NOT_CARRIED)
    return pass_on(call, number.credential_id, _asked(call, "number"))


def of_account(call: Call) -> Answer:
    rows = rows_if_waba(call)
    if not rows:
        return not_there(call.place.parts[0], call.method)
    if not providers.get(rows[0].api_provider).abilities.speaks_cloud_api:
        return error(131009, details=NOT_CARRIED)
    return pass_on(call, rows[0].pk, _asked(call, "account"))


def pass_on(call: Call, credential_id: int, asked: Passed) -> Answer:
    answer = passing.pass_on(call.key.account_id, credential_id, asked)
    match answer:
        case Refused(Problem(code=None, http_status=404)):  # the provider's own gateway has no such path
            return error(131009, details=NOT_CARRIED) if asked.of != "template" else not_there(asked.object_id)
        case Refused() | Later() | Unknown():
            return outcome_told(answer)
        case Lost(may_have_arrived=arrived):
            lost = "Its answer was lost: it may have been done." if arrived else "It could not be reached."
            return error(131016, details=f"The number's provider did not answer. {lost}")
        case Reply(status=status):
            return Answer(status, _without_secrets(call, answer.body), code=_code(answer) if status >= 400 else 0)


def _asked(call: Call, of: Literal["number", "account"]) -> Passed:
    told = {name: value for name, value in call.told.items() if name not in _SECRET}
    edge = "/".join(call.place.parts[1:])
    if call.method == "POST" or call.body:
        return Passed(of=of, edge=edge, method=call.method, json=told)
    return Passed(of=of, edge=edge, method=call.method, query={name: _word(value) for name, value in told.items()})


def _word(value: JSON) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _without_secrets(call: Call, body: bytes) -> bytes:
    """The next page's address is the provider's own, with the number's token in it: ours stands in its place."""
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return b"{}"
    paging = said.get("paging") if isinstance(said, dict) else None
    if isinstance(paging, dict):
        for way in ("next", "previous"):
            if isinstance(paging.get(way), str):
                paging[way] = _own_address(call, paging[way])
    return msgspec.json.encode(said)


def _own_address(call: Call, theirs: str) -> str:
    query = urlencode([pair for pair in parse_qsl(urlsplit(theirs).query) if pair[0] not in _SECRET])
    path = "/".join(filter(None, (call.place.version, *call.place.parts)))
    return f"{address()}/{path}?{query}"


def _code(answer: Reply) -> int:
    said = answer.json()
    found = said.get("error") if isinstance(said, dict) else None
    code = found.get("code") if isinstance(found, Mapping) else None
    return code if isinstance(code, int) else 1
