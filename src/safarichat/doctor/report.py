"""A diagnosis as plain text to hand to somebody who helps: no token, no whole number or id, no customer."""

import re
from collections.abc import Iterator
from typing import Any

from safarichat import __version__
from safarichat.numbers import recording, sides
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.platform import address, hook_address

_LONG = re.compile(r"\d{7,}")
_KEYED = re.compile(r"(/webhooks/[\w-]+/)[0-9a-f]{16,}")


def of(row: OfficialWhatsappCredential) -> str:
    return redacted("\n".join(_lines(row)) + "\n")


def redacted(text: str) -> str:
    """Long numbers keep their last four digits, keys in addresses and whatever looks like a secret nothing."""
    text = _KEYED.sub(r"\1…", text)
    text = _LONG.sub(lambda found: f"…{found[0][-4:]}", text)
    return "\n".join(recording.masked_line(line) for line in text.splitlines()) + "\n"


def _lines(row: OfficialWhatsappCredential) -> Iterator[str]:
    facts: dict[str, Any] = recording.known_facts(row)
    yield f"SafariChat {__version__} at {address()}"
    yield f"Number {row.pk}, {row.phone_number or '-'}, through {row.api_provider}: {row.status}"
    yield f"Looked at: {row.checked_at.isoformat() if row.checked_at else 'never'}"
    yield f"Last webhook: {row.last_hook_at.isoformat() if row.last_hook_at else 'never'}"
    yield f"Webhook expected at {hook_address(row.api_provider, row.connection.key if row.connection else '')}"
    yield f"Webhook found at {facts.get('hook_url') or '-'}"
    yield ""
    yield from (f"{one.side}: {one.state} {' '.join(one.because)}".rstrip() for one in sides.of(row))
    yield ""
    for problem in row.health.get("problems", []):
        yield f"- {problem['key']} ({problem.get('code') or '-'}): {problem['message']}"
        yield f"  Cure: {problem['cure']}"
        if problem.get("details"):
            yield f"  Details: {problem['details']}"
    yield ""
    for check in row.health.get("checks", []):
        yield f"[{'ok' if check['ok'] else 'no'}] {check['name']}: {check['message']}"
    yield ""
    for entry in row.error_logs[:10]:
        told = (entry.get(name) or "" for name in ("at", "step", "code", "message", "details"))
        yield " ".join(str(word) for word in told)
