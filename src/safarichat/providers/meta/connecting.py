"""Onboarding by Embedded Signup or with an app of one's own, from where an earlier try stopped (reference §2.5)."""

from collections.abc import Callable

from msgspec.structs import replace

from safarichat.providers.cloud_api.errors import problem_of
from safarichat.providers.cloud_api.loose import mapping, text
from safarichat.providers.meta import problems
from safarichat.providers.meta.choosing import choose_number
from safarichat.providers.meta.graph import ask, graph, is_ok, node, version
from safarichat.providers.meta.joining import read_profile, register_number, subscribe_account
from safarichat.providers.meta.own_app import inspect_keys, take_keys
from safarichat.providers.meta.signup import FINISHED, OWN_APP, missing_settings, stopped
from safarichat.providers.meta.tokens import debug_call, facts_of_token, token_problem
from safarichat.providers.meta.walk import Step, Walk
from safarichat.providers.shapes import (
    JSON,
    Call,
    Connected,
    ConnectFailed,
    ConnectOutcome,
    Lost,
    Platform,
    Signup,
    Talk,
)


def connect(signup: Signup, platform: Platform) -> Talk[ConnectOutcome]:
    if missing := missing_settings(platform, signup.mode):
        problem = replace(problems.SETTINGS_MISSING, details=", ".join(missing))
        return ConnectFailed(step="started", problem=problem)
    if signup.event in ("CANCEL", "ERROR"):
        return ConnectFailed(step="signed_in", problem=stopped(signup.event, signup.data))
    walk = Walk(signup, platform)
    beginning = BY_KEYS if signup.mode == OWN_APP else BY_SIGN_IN
    for step in (*beginning, choose_number, subscribe_account, register_number, read_profile):
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


Steps = tuple[Callable[[Walk], Step], ...]
BY_SIGN_IN: Steps = (_sign_in, _exchange, _inspect)
BY_KEYS: Steps = (take_keys, inspect_keys)
