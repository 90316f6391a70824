"""How often a key may ask for what is not hot, and how much of that it has used, in Graph's headers (reference §8)."""

import math

import msgspec
from django.conf import settings

from safarichat.accounts import throttles
from safarichat.gateway.answers import Answer, too_often
from safarichat.gateway.calls import Call
from safarichat.ground.sql import JSON
from safarichat.numbers import reaching

Headers = tuple[tuple[str, str], ...]
TOO_OFTEN = "This API key asked too often. Wait as long as Retry-After says."


def is_counted(call: Call) -> bool:
    """Messages, receipts and the bytes of files come as fast as customers write."""
    return not (call.method == "POST" and (call.place.is_hot or call.spool is not None))


def count(call: Call) -> Headers | Answer:
    """What is to be told of its use beside the answer; or that it has to wait. Outside of transactions."""
    limit = settings.SAFARICHAT_RATE_LIMIT_API
    allowance = throttles.take_call(call.key.id, limit)
    used: dict[str, JSON] = {
        "call_count": 100 * (limit - allowance.left) // max(1, limit),
        "total_cputime": 0,  # time is not limited here
        "total_time": 0,
    }
    headers: Headers = (("x-app-usage", _json(used)),)
    if waba_id := _waba_of(call):
        regained = {"estimated_time_to_regain_access": math.ceil(allowance.wait_s / 60)}
        of_account: JSON = {waba_id: [{"type": "whatsapp_business_management", **used, **regained}]}
        headers = (*headers, ("x-business-use-case-usage", _json(of_account)))
    if not allowance.wait_s:
        return headers
    refused = too_often(allowance.wait_s, TOO_OFTEN)
    return msgspec.structs.replace(refused, headers=(*refused.headers, *headers))


def _waba_of(call: Call) -> str:
    named = call.place.parts[0] if call.place.parts else ""
    return reaching.waba_of(call.key.account_id, named, call.key.credential_ids) if named.isdigit() else ""


def _json(value: JSON) -> str:
    return msgspec.json.encode(value).decode()
