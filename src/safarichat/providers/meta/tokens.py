"""What a token is good for, as Meta's own inspection tells it; and a longer-lived one for it (reference §0.4)."""

from collections.abc import Mapping

from msgspec.structs import replace

from safarichat.providers.cloud_api.errors import problem_in, problem_of
from safarichat.providers.cloud_api.loose import mapping, mappings, text, texts, whole
from safarichat.providers.meta.callbacks import app_problem
from safarichat.providers.meta.causes import SCOPE_MISSING, TOKEN_INVALID, WRONG_APP, as_cause
from safarichat.providers.meta.graph import app_token, graph, is_ok, node
from safarichat.providers.shapes import JSON, Answer, Call, Platform, Problem

SCOPES = ("whatsapp_business_management", "whatsapp_business_messaging")


def debug_call(platform: Platform, token: str) -> Call:
    query = {"input_token": token}
    return graph(platform, "inspect token", "GET", "debug_token", app_token(platform), query=query)


def exchange_call(platform: Platform, token: str) -> Call:
    """A fresh token for one that ends; the old one goes on working until its own end."""
    query = {
        "grant_type": "fb_exchange_token",
        "client_id": platform["META_APP_ID"],
        "client_secret": platform["META_APP_SECRET"],
        "set_token_expires_in_60_days": "true",
        "fb_exchange_token": token,
    }
    return graph(platform, "renew token", "GET", "oauth/access_token", "", query=query)


def token_problem(token: Mapping[str, JSON], app_id: str) -> Problem | None:
    """(!) In June 2026 the lists in this answer changed: a list that is not there proves no scope missing."""
    if token.get("is_valid") is False:
        error = mapping(token, "error")
        return as_cause(problem_in({**error, "error_subcode": error.get("subcode")})) if error else TOKEN_INVALID
    if app_id and text(token, "app_id") not in ("", app_id):
        return WRONG_APP
    scopes = scopes_of(token)
    if scopes and (missing := [scope for scope in SCOPES if scope not in scopes]):
        return replace(SCOPE_MISSING, details=", ".join(missing))
    return None


def inspection_problem(answer: Answer, app_id: str) -> Problem | None:
    """What an answer of `debug_token` tells. (!) An app gets no word on tokens of other apps: parameter refused."""
    if is_ok(answer):
        return token_problem(mapping(node(answer), "data"), app_id)
    problem = problem_of(answer)
    return replace(WRONG_APP, details=problem.details) if problem.key == "parameter_invalid" else app_problem(answer)


def scopes_of(token: Mapping[str, JSON]) -> list[str]:
    return texts(token, "scopes") or [text(each, "scope") for each in mappings(token, "granular_scopes")]


def facts_of_token(token: Mapping[str, JSON]) -> dict[str, JSON]:
    granular = {text(each, "scope"): texts(each, "target_ids") for each in mappings(token, "granular_scopes")}
    facts: dict[str, JSON] = {"scopes": scopes_of(token), "granular_targets": granular}
    if person := text(token, "user_id"):
        facts["signed_in_as"] = person
    if (expires_at := whole(token, "expires_at")) is not None:
        facts["token_expires_at"] = expires_at
    return facts
