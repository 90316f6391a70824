"""What stands beside a message's content: a quote, a category, the marketing fields (reference §4.1, §4.6)."""

from collections.abc import Mapping

from safarichat.providers.cloud_api.outgoing.common import (
    WRONG,
    fault,
    flag,
    note,
    one_of,
    shape,
    under,
    words,
)
from safarichat.providers.errors import N_
from safarichat.providers.shapes import JSON, Problem

NOT_MARKETING = 131055
MARKETING = frozenset({"product_policy", "message_activity_sharing"})  # only the marketing endpoint knows them
_UTILITY = frozenset({"text", "image", "video", "document", "button", "cta_url", "voice_call", "template"})
_NOT_DIRECT = N_("A message of this kind can't be sent in this category.")
_QUOTE = N_("A reply needs the id of the message that it quotes.")
NOT_QUOTING = N_("A reaction names its message itself: it quotes none.")

FIELDS = {
    "context": shape(_QUOTE, {"message_id": words(512, _QUOTE)}),
    "biz_opaque_callback_data": note(
        512, N_("What comes back with each status (biz_opaque_callback_data) is a text of at most 512 characters.")
    ),
    "recipient_type": one_of(("individual", "group"), N_("The recipient's type is individual or group.")),
    "recipient_identity_key_hash": words(255, N_("The recipient's identity (recipient_identity_key_hash) is a text.")),
    "category": one_of(
        ("utility", "authentication", "service"), N_("A message's category is utility, authentication or service.")
    ),
    "direct_send_config": shape(
        N_("The settings of a message without a template are an object."),
        may={
            "template_name": words(
                512, N_("The template's name has small letters, digits and underscores."), pattern="[a-z0-9_]+"
            )
        },
    ),
    "product_policy": one_of(
        ("CLOUD_API_FALLBACK", "STRICT"), N_("A marketing message's policy is CLOUD_API_FALLBACK or STRICT.")
    ),
    "message_activity_sharing": flag(N_("Whether a message's activity is shared is told by true or false.")),
}


def envelope_problem(body: Mapping[str, JSON], kind: str) -> Problem | None:
    """`kind` is the message's type, or that of its interactive content."""
    for name, value in body.items():
        check = FIELDS.get(name)
        if check is None or value is None:
            continue
        if name == "context" and kind == "reaction":
            return fault(WRONG, NOT_QUOTING, name)
        if problem := check(value):
            return under(name, problem)
        if name in MARKETING and kind != "template":
            return fault(NOT_MARKETING, N_("Only a marketing template can be sent as a marketing message."), name)
        if name == "category" and not _may_be_direct(value, kind):
            return fault(WRONG, _NOT_DIRECT, name)
    return None


def _may_be_direct(category: str, kind: str) -> bool:
    allowed = {"utility": _UTILITY, "authentication": frozenset({"text"})}.get(category)
    return allowed is None or kind in allowed
