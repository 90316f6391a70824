"""What is missing or wrong, in plain words. Each function yields findings; none raises for a wrong installation."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from urllib.parse import urlsplit

from msgspec import Struct

from safarichat.ground import inspection, outbound
from safarichat.ground.keyring import BadKeys, Keyring
from safarichat.ground.talks import Call, Lost
from safarichat.project import environment

CLOCK_TOLERANCE_S = 10.0


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    BLOCKS = "blocks"


class Finding(Struct, frozen=True):
    level: Level
    what: str


def ok(what: str) -> Finding:
    return Finding(Level.OK, what)


def warning(what: str) -> Finding:
    return Finding(Level.WARNING, what)


def blocks(what: str) -> Finding:
    return Finding(Level.BLOCKS, what)


def settings(values: Mapping[str, str]) -> Iterator[Finding]:
    for setting in environment.ALL:
        if setting.necessary and not values[setting.name]:
            yield blocks(f"{setting.name} is missing. {setting.meaning}")
    if values["SAFARICHAT_ENCRYPTION_KEYS"]:
        try:
            ring = Keyring.from_setting(values["SAFARICHAT_ENCRYPTION_KEYS"])
            yield ok(f"Encryption keys: {', '.join(ring.key_ids())}.")
        except BadKeys as problem:
            yield blocks(f"SAFARICHAT_ENCRYPTION_KEYS: {problem}.")


def database(url: str) -> Iterator[Finding]:
    """Reachable, new enough, with the rights we need, and nobody else's."""
    try:
        found = inspection.inspect(url)
    except inspection.Unreachable as problem:
        yield blocks(f"The database can't be reached: {problem}. Look at DATABASE_URL.")
        return
    yield ok(f"PostgreSQL {found.version // 10000} answers, as {found.role}.")
    if found.is_too_old:
        yield blocks("PostgreSQL 15 or newer is needed.")
    for table in found.foreign_tables:
        yield blocks(
            f"The database already holds a table {table} that is not ours. Nothing was altered; give SafariChat a"
            " database of its own."
        )
    yield from _rights(found)
    drift = abs((datetime.now(UTC) - found.now).total_seconds())
    if drift > CLOCK_TOLERANCE_S:
        yield warning(f"This machine's clock and the database's differ by {drift:.0f} s.")


def _rights(found: inspection.Found) -> Iterator[Finding]:
    role, tenant = found.role, f"{found.role}_tenant"
    if found.is_superuser:
        yield blocks(
            f"The role {role} is a superuser, for whom the walls between accounts do not exist. Make it a plain one:"
            f' ALTER ROLE "{role}" NOSUPERUSER;'
        )
    if not found.may_make_tables:
        yield blocks(f'The role {role} may not make tables: GRANT CREATE ON SCHEMA public TO "{role}";')
    if not found.has_tenant_role and not found.may_make_roles:
        yield blocks(
            "The role that keeps accounts apart is missing; run this as a PostgreSQL administrator:"
            f' CREATE ROLE "{tenant}" NOLOGIN; GRANT "{tenant}" TO "{role}";'
        )
    if found.has_tenant_role and not found.may_act_as_tenant:
        yield blocks(f'The role {role} may not act as {tenant}: GRANT "{tenant}" TO "{role}";')


def public_address(base_url: str, *, is_deploy: bool) -> Iterator[Finding]:
    """Whether we are where we say, seen from here, and whether the clocks agree."""
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield blocks("SAFARICHAT_BASE_URL must be an address such as https://chat.example.com.")
        return
    if is_deploy and parts.scheme != "https":
        yield blocks("SAFARICHAT_BASE_URL must begin with https: providers call nothing else, and logins need it.")
    answer = outbound.ask(Call(name="public address", method="GET", url=f"{base_url}/healthz", timeout_s=5))
    if isinstance(answer, Lost):
        yield warning(f"{base_url} does not answer, seen from here ({answer.reason}). Is `safarichat serve` running?")
        return
    if answer.status != 200 or answer.body.strip() != b"ok":
        yield warning(f"{base_url} answers, but not with SafariChat: does the proxy lead here?")
        return
    yield ok(f"{base_url} leads here.")
    yield from _clock(answer.headers.get("date", ""))


def _clock(date: str) -> Iterator[Finding]:
    if date:
        drift = abs((datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds())
        if drift > CLOCK_TOLERANCE_S:
            yield warning(f"This machine's clock is {drift:.0f} s off: logins and provider tokens depend on it.")
