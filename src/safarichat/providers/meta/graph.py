"""Asking Meta's Graph API: addresses, tokens and the proof that goes with them (reference §0)."""

import hmac
from collections.abc import Mapping
from functools import lru_cache

from safarichat.providers.cloud_api.loose import decode, mappings
from safarichat.providers.shapes import JSON, Answer, Call, Lost, Number, Platform, Reply, Talk

VERSION = "v25.0"


def version(platform: Platform) -> str:
    return platform["META_GRAPH_VERSION"] or VERSION


def graph(
    platform: Platform,
    name: str,
    method: str,
    path: str,
    token: str,
    *,
    query: Mapping[str, str] | None = None,
    json: JSON = None,
    form: Mapping[str, str] | None = None,
    app_id: str = "",
    is_routine: bool = False,
) -> Call:
    """A call with a token. `app_id` is the app that the token was made for; without it, our own."""
    base = platform["META_GRAPH_URL"] or "https://graph.facebook.com"
    ours = app_id in ("", platform["META_APP_ID"])
    proof = proof_of(token, platform["META_APP_SECRET"]) if ours and token and "|" not in token else ""
    return Call(
        name=name,
        method=method,
        url=f"{base.rstrip('/')}/{version(platform)}/{path}",
        headers={"authorization": f"Bearer {token}"} if token else {},
        query={**(query or {}), **({"appsecret_proof": proof} if proof else {})},
        json=json,
        form=form,
        is_routine=is_routine,
    )


@lru_cache(1024)  # the same for each message of a number
def proof_of(token: str, app_secret: str) -> str:
    """`appsecret_proof`: that the caller holds the secret of the token's app. Empty without a secret."""
    return hmac.digest(app_secret.encode(), token.encode(), "sha256").hex() if app_secret else ""


def app_token(platform: Platform) -> str:
    return f"{platform['META_APP_ID']}|{platform['META_APP_SECRET']}"


def token_of(number: Number) -> str:
    return number.secrets.get("access_token", "")


def app_of(number: Number) -> str:
    app_id = number.facts.get("app_id")
    return app_id if isinstance(app_id, str) else ""


def is_ok(answer: Answer) -> bool:
    return isinstance(answer, Reply) and 200 <= answer.status < 300


def node(answer: Answer) -> Mapping[str, JSON]:
    """The object of a success; empty otherwise."""
    if isinstance(answer, Lost) or not is_ok(answer):
        return {}
    try:
        payload = decode(answer.body)
    except ValueError:
        return {}
    return payload if isinstance(payload, dict) else {}


def listed(answer: Answer) -> list[Mapping[str, JSON]]:
    """The objects of a successful list."""
    return mappings(node(answer), "data")


def ask(call: Call) -> Talk[Answer]:
    """One call and its answer."""
    answer = yield call
    assert answer is not None, "a call was driven without an answer"
    return answer
