"""What Twilio's webhooks say, as events (reference §6, §7, §17, §18). Never raises."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from safarichat.providers.cloud_api import conversations
from safarichat.providers.cloud_api.loose import clean, decode, digits
from safarichat.providers.shapes import (
    ConsentChanged,
    Event,
    Hook,
    Person,
    Problem,
    Received,
    StatusChanged,
    Unhandled,
    Unreadable,
)
from safarichat.providers.twilio.addresses import bare, number_id, user_id
from safarichat.providers.twilio.errors import problem_with
from safarichat.providers.twilio.inbound import message_id, value_of

RECEIVED = ("received", "receiving")
STATUSES = {"sent": "sent", "delivered": "delivered", "read": "read", "failed": "failed", "undelivered": "failed"}
OPT_OUT = {"STOP": "stop", "START": "resume"}
NO_NEWS = frozenset({"accepted", "scheduled", "queued", "sending", "canceled"})  # we know these ourselves
Form = Mapping[str, str]


def read(hook: Hook) -> list[Event]:
    form = form_of(hook.body)
    if form is None:
        return [Unreadable("neither a form nor JSON", clean(hook.body.decode("utf-8", "replace")))]
    return events_of(form, opaque=hook.query.get("m", ""))


def form_of(body: bytes) -> dict[str, str] | None:
    """The values of a form, or of a flat JSON object, by their names; of a name that comes twice the first."""
    if body.lstrip()[:1] in (b"{", b"["):
        try:
            payload = decode(body)
        except ValueError:
            return None
        if not isinstance(payload, dict):
            return None
        return {name: value for name, value in payload.items() if isinstance(value, str)}
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    except ValueError:
        return None
    return {str(clean(name)): str(clean(value)) for name, value in reversed(pairs)} or None


def events_of(form: Form, *, opaque: str = "", at: int = 0) -> list[Event]:
    """`at` where the time is known: Twilio's webhooks do not tell it."""
    word = (form.get("MessageStatus") or form.get("SmsStatus") or "").lower()
    if not message_id(form):
        return [Unreadable("neither a message nor a status: there is no id", dict(form))]
    if word in RECEIVED or (not word and ("Body" in form or "NumMedia" in form)):
        return _received(form, at)
    if word in NO_NEWS:
        return []
    phone_number_id = number_id(bare(form.get("From", "")))
    if word not in STATUSES:
        return [Unhandled(field="status", waba_id="", phone_number_id=phone_number_id, at=at, value=dict(form))]
    return [
        StatusChanged(
            provider_message_id=message_id(form),
            phone_number_id=phone_number_id,
            waba_id="",
            status=STATUSES[word],
            at=at,
            opaque=opaque,
            recipient=_recipient(form),
            problem=_problem(form) if STATUSES[word] == "failed" else None,
        )
    ]


def _received(form: Form, at: int) -> list[Event]:
    value = value_of(form, at)
    value["metadata"] = {"phone_number_id": number_id(bare(form.get("To", "")))}
    events = list(conversations.read(value, "", at))
    return [*events, *(choice for event in events if (choice := _choice(form, event)))]


def _choice(form: Form, event: Event) -> Event | None:
    """Twilio heeded a word of the sender's, with or without us: from now on it refuses what we send them (21610), or
    does so no more. (!) Only where its advanced opt-out is on; of HELP nothing follows."""
    word = OPT_OUT.get(form.get("OptOutType", "").upper())
    if word is None or not isinstance(event, Received):
        return None
    return ConsentChanged(
        field="OptOutType",
        event=word,
        category="marketing_messages",
        waba_id="",
        phone_number_id=event.phone_number_id,
        person=event.sender,
        at=event.at,
        value={"OptOutType": form["OptOutType"]},
        provider_message_id=event.provider_message_id,
    )


def _recipient(form: Form) -> Person:
    address = form.get("To", "")
    known_id = user_id(form.get("ExternalUserId", "")) or user_id(address)
    return Person(wa_id=digits(bare(address)), user_id=known_id)


def _problem(form: Form) -> Problem:
    """(!) The code may be a word: “InvalidSandboxRequest”."""
    told = form.get("ErrorCode", "").strip()
    code = int(told) if told.isascii() and told.isdigit() and len(told) < 9 else None
    words = form.get("ErrorMessage") or form.get("ChannelStatusMessage") or ("" if code else told)
    return problem_with(code or None, words)
