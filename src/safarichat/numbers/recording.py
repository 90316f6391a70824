"""Writing down on a number's row what happened to it: steps, facts, secrets, problems. The caller saves."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from safarichat.ground import fields
from safarichat.numbers import connections
from safarichat.numbers.models import STEPS, OfficialWhatsappCredential
from safarichat.providers.shapes import Problem

MAX_PROBLEMS = 50
OWN_SECRETS = ("access_token", "pin")
QUALITIES = ("GREEN", "YELLOW", "RED", "UNKNOWN")
APP_FACTS = frozenset(
    {"app_id", "config_id", "graph_version", "es_version", "business_id", "scopes", "granular_targets"}
)
PUBLIC_FACTS = frozenset(
    {
        "account_mode",
        "api_address",
        "channel_id",
        "channel_status",
        "client_id",
        "entities",
        "account_review_status",
        "business_name",
        "can_send",
        "code_verification_status",
        "country",
        "currency",
        "hook_fields",
        "hook_url",
        "is_business_verified",
        "is_official_business_account",
        "is_on_phone_app",
        "is_registered",
        "is_subscribed",
        "max_phone_numbers_per_business",
        "max_phone_numbers_per_waba",
        "messaging_limit",
        "name_status",
        "new_display_name",
        "new_name_status",
        "payment_configuration",
        "phone_data_asked",
        "pin_is_set",
        "platform_type",
        "profile",
        "restrictions",
        "session",
        "signed_in_as",
        "status",
        "throughput_mps",
        "username",
        "username_status",
        "waac_id",
        "waba_account_id",
        "waba_name",
    }
)
_TEXT_COLUMNS = {
    "phone_number_id": 255,
    "waba_id": 255,
    "phone_number": 50,
    "display_phone_number": 50,
    "verified_name": 255,
}
_LOOKS_SECRET = re.compile(r"(?=[A-Za-z_|-]*[0-9])[A-Za-z0-9_|-]{24,}")


def note_step(row: OfficialWhatsappCredential, step: str, state: str, at: datetime, message: str = "") -> None:
    row.steps = {**row.steps, step: {"state": state, "at": at.isoformat(), "message": message}}


def done_steps(row: OfficialWhatsappCredential) -> frozenset[str]:
    return frozenset(step for step, noted in row.steps.items() if noted.get("state") in ("done", "skipped"))


def listed_steps(row: OfficialWhatsappCredential) -> list[dict[str, Any]]:
    """Every step in its order; `todo` until something happened."""
    empty = {"state": "todo", "at": None, "message": ""}
    return [{"step": step, **empty, **row.steps.get(step, {})} for step in STEPS]


def take_facts(row: OfficialWhatsappCredential, facts: Mapping[str, Any]) -> None:
    """Put what a provider told into columns or, where the name is known to be public, into a JSONB."""
    for name, limit in _TEXT_COLUMNS.items():
        if facts.get(name):
            setattr(row, name, str(facts[name])[:limit])
    if phone := phone_in(facts):
        row.phone_number = phone
    if facts.get("quality_rating"):
        told = str(facts["quality_rating"]).upper()
        row.quality_rating = told if told in QUALITIES else "UNKNOWN"
    if isinstance(facts.get("throughput_mps"), int) and facts["throughput_mps"] > 0:
        row.throughput_mps = facts["throughput_mps"]
    if facts.get("holder"):
        connections.name_holder(row, str(facts["holder"])[:255])
    if "token_expires_at" in facts:
        seconds = facts["token_expires_at"]
        row.token_expiration = datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) and seconds else None
    row.meta_app_config = row.meta_app_config | {name: facts[name] for name in facts.keys() & APP_FACTS}
    row.provider_config = row.provider_config | {name: facts[name] for name in facts.keys() & PUBLIC_FACTS}


def phone_in(facts: Mapping[str, Any]) -> str:
    """The digits of the number that is told of."""
    return re.sub(r"\D", "", str(facts.get("display_phone_number") or ""))[:50]


def known_facts(row: OfficialWhatsappCredential) -> dict[str, Any]:
    """What `take_facts` took, by the same names."""
    columns = {name: getattr(row, name) for name in (*_TEXT_COLUMNS, "quality_rating") if getattr(row, name)}
    return {**row.provider_config, **row.meta_app_config, **columns}


def seal_secrets(row: OfficialWhatsappCredential, secrets: Mapping[str, str]) -> None:
    """Into the row's own columns; what has none there goes to the number's connection."""
    own = fields.sealed_columns(OfficialWhatsappCredential)
    others = {name: secret for name, secret in secrets.items() if name not in own}
    for name, secret in secrets.items():
        if name in own:
            fields.seal(row, name, secret)
    if others:
        connections.put_secrets(row.connection or connections.give(row, ""), others)


def opened_secrets(row: OfficialWhatsappCredential) -> dict[str, str]:
    """The number's own and its connection's. Raises CannotOpen when a key is missing."""
    return connections.opened(row.connection) | own_secrets(row)


def own_secrets(row: OfficialWhatsappCredential) -> dict[str, str]:
    opened = {name: fields.opened(row, name) for name in OWN_SECRETS}
    return {name: secret for name, secret in opened.items() if secret}


def destroy_secrets(row: OfficialWhatsappCredential) -> None:
    connections.let_go(row)
    row.before = ""
    connections.end_orphans(row)
    for name in fields.sealed_columns(OfficialWhatsappCredential):
        fields.seal(row, name, "")
    row.temporary_code_at = row.token_expiration = None


def note_problem(row: OfficialWhatsappCredential, step: str, problem: Problem, at: datetime) -> None:
    """Put a problem on top of the row's error log. What is already on top with the same cause only gets a new time."""
    entry = {"at": at.isoformat(), "step": step, **shown(problem)}
    older = list(row.error_logs)
    if older and all(older[0].get(name) == entry[name] for name in ("step", "code", "message")):
        older = older[1:]
    row.error_logs = [entry, *older][:MAX_PROBLEMS]


def note_problems(row: OfficialWhatsappCredential, step: str, problems: Iterable[Problem], at: datetime) -> None:
    for problem in problems:
        note_problem(row, step, problem, at)


def shown(problem: Problem) -> dict[str, Any]:
    """A problem as it is kept, in untranslated sentences."""
    return {
        "code": problem.key if problem.code is None else problem.code,
        "message": problem.message,
        "fbtrace_id": problem.trace_id,
        "cure": problem.cure,
        "details": masked(problem.details),
    }


def masked(details: str) -> str:
    """A provider's own words, which may repeat a token: anything that looks like one is left out."""
    return masked_line(details)[:500]


def masked_line(text: str) -> str:
    return _LOOKS_SECRET.sub("…", text)
