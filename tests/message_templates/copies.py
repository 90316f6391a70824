"""Copies of templates, put straight into the tables."""

from datetime import UTC, datetime
from typing import Any

from safarichat.message_templates.models import Copy, MessageTemplate
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.sandbox.meta.template_samples import SAMPLES

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def make_copy(number: OfficialWhatsappCredential, **columns: Any) -> Copy:
    """Of the number's business account, synced long ago and empty."""
    known = {"account": number.account, "api_provider": number.api_provider, "waba_id": number.waba_id}
    return Copy.objects.create(**{**known, "synced_at": LONG_AGO, "tried_at": LONG_AGO, **columns})


def make_template(copy: Copy, name: str = "order_update", language: str = "en_US", **columns: Any) -> MessageTemplate:
    """An approved one, of the sandbox's samples where it has one of that name."""
    components = next((each[4] for each in SAMPLES if each[:2] == (name, language)), [{"type": "BODY", "text": "Hi"}])
    known = {"account": copy.account, "copy": copy, "synced_at": LONG_AGO, "template_id": f"{name}-{language}"}
    known |= {"status": "APPROVED", "category": "UTILITY", "components": components}
    return MessageTemplate.objects.create(**{**known, "name": name, "language": language, **columns})
