"""Onboarding by Embedded Signup; it goes on from where an earlier try stopped (reference §2.5, §2.6)."""

from collections.abc import Mapping

from msgspec.structs import replace

from safarichat.providers.cloud_api.errors import problem_in, problem_of
from safarichat.providers.cloud_api.loose import mapping, mappings, text, texts, whole
from safarichat.providers.meta import problems
from safarichat.providers.meta.choosing import choose_number
from safarichat.providers.meta.graph import app_token, ask, graph, is_ok, node, version
from safarichat.providers.meta.joining import read_profile, register_number, subscribe_account
from safarichat.providers.meta.signup import FINISHED, missing_settings, stopped
from safarichat.providers.meta.walk import Step, Walk
from safarichat.providers.shapes import (
    JSON,
    Call,
    Connected,
    ConnectFailed,
    ConnectOutcome,
    Lost,
    Platform,
    Problem,
    Signup,
    Talk,
)

SCOPES = ("whatsapp_business_management", "whatsapp_business_messaging")


def connect(signup: Signup, platform: Platform) -> Talk[ConnectOutcome]:
    if missing := missing_settings(platform):
        problem = replace(problems.SETTINGS_MISSING, details=", ".join(missing))
        return ConnectFailed(step="started", problem=problem)
    if signup.event in ("CANCEL", "ERROR"):
        return ConnectFailed(step="signed_in", problem=stopped(signup.event, signup.data))
    walk = Walk(signup, platform)
    steps = (_sign_in, _exchange, _inspect, choose_number, subscribe_account, register_number, read_profile)
    for step in steps:
        if outcome := (yield from step(walk)):
            return outcome
    return Connected(
        phone_number_id=walk.fact("phone_number_id"),
        waba_id=walk.fact("waba_id"),
        status=walk.status(),
        facts=walk.facts,
        warnings=tuple(walk.warnings),
    )


def _sign_in(walk: Walk) -> Step:
    """What the window message told. It came through the browser: a hint only, which the token has to confirm."""
    if walk.has_done("signed_in"):
        return None
    event = walk.signup.event if walk.signup.event in FINISHED else ""
    told = {"event": event, **walk.signup.data} if event else {}
    facts: dict[str, JSON] = {"session": told} if told else {}
    facts |= {name: told_id for name in ("business_id", "waac_id") if (told_id := text(told, name))}
    yield walk.progress("signed_in", facts)
    return None


# --- the code for a token --------------------------------------------------------------------------------------------


def _exchange(walk: Walk) -> Step:
    if walk.token:
        return None
    if not walk.signup.code:
        return ConnectFailed(step="exchanged", problem=problems.CODE_MISSING)
    answer = yield from ask(_exchange_call(walk))
    if isinstance(answer, Lost):  # the code is good for 30 seconds: at once, or never. If it was used, 36009 tells
        answer = yield from ask(_exchange_call(walk))
    if not is_ok(answer):
        return ConnectFailed(step="exchanged", problem=problem_of(answer))
    walk.token = text(node(answer), "access_token")
    if not walk.token:
        return ConnectFailed(step="exchanged", problem=problems.TOKEN_MISSING)
    platform = walk.platform
    facts = {
        "app_id": platform["META_APP_ID"],
        "config_id": platform["META_CONFIG_ID"],
        "graph_version": version(platform),
        "es_version": "v4",
    }
    yield walk.progress("exchanged", facts, secrets={"access_token": walk.token})
    return None


def _exchange_call(walk: Walk) -> Call:
    """(!) A code from the SDK is exchanged without `redirect_uri`, one from a full page with its very own."""
    query = {
        "client_id": walk.platform["META_APP_ID"],
        "client_secret": walk.platform["META_APP_SECRET"],
        "code": walk.signup.code,
    }
    if walk.signup.redirect_url:
        query["redirect_uri"] = walk.signup.redirect_url
    return graph(walk.platform, "exchange code", "GET", "oauth/access_token", "", query=query)


# --- what the token may ----------------------------------------------------------------------------------------------


def _inspect(walk: Walk) -> Step:
    if walk.has_done("inspected"):
        return None
    answer = yield from ask(debug_call(walk.platform, walk.token))
    if not is_ok(answer):
        return walk.failed("inspected", answer)
    token = mapping(node(answer), "data")
    if problem := token_problem(token, walk.platform["META_APP_ID"]):
        return ConnectFailed(step="inspected", problem=problem)
    yield walk.progress("inspected", facts_of_token(token))
    return None


def debug_call(platform: Platform, token: str) -> Call:
    query = {"input_token": token}
    return graph(platform, "inspect token", "GET", "debug_token", app_token(platform), query=query)


def token_problem(token: Mapping[str, JSON], app_id: str) -> Problem | None:
    """(!) In June 2026 the lists in this answer changed: a list that is not there proves no scope missing."""
    if token.get("is_valid") is False:
        error = mapping(token, "error")
        return problem_in({**error, "error_subcode": error.get("subcode")}) if error else problems.TOKEN_INVALID
    if app_id and text(token, "app_id") not in ("", app_id):
        return problems.WRONG_APP
    scopes = scopes_of(token)
    if scopes and (missing := [scope for scope in SCOPES if scope not in scopes]):
        return replace(problems.SCOPE_MISSING, details=", ".join(missing))
    return None


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
