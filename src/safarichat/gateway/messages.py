"""`POST /{number}/messages` and `/marketing_messages`: many at once, each answered when it is committed."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256

from msgspec import Struct

from safarichat import providers
from safarichat.accounts.apikeys import Key
from safarichat.gateway.answers import Answer, error, missing, not_there, problem_told, told
from safarichat.gateway.parameters import canonical
from safarichat.ground import ids
from safarichat.ground.sql import JSON
from safarichat.media import naming
from safarichat.messaging.checking import phone_digits
from safarichat.messaging.naming import Named, named, own_reference, referring_to
from safarichat.messaging.once import Once, Wanted, accept
from safarichat.messaging.ordering import Order, Queued
from safarichat.numbers.reaching import Reached, numbers_named
from safarichat.providers.cloud_api.outgoing.envelope import envelope_problem
from safarichat.providers.errors import N_
from safarichat.providers.shapes import Refused

# Whom it is for and through whom it goes; the rest is the message.
ENVELOPE = frozenset(
    {"messaging_product", "recipient_type", "to", "recipient", "biz_opaque_callback_data", "access_token"}
    | {"messaging_account_id", "paid_messaging_account_id", "appsecret_proof"}
)
LONGEST_KEY = 255
QUOTE_LOST = N_("The message that it answers is not known here: it is sent without the quote.")


class Sending(Struct, frozen=True):
    """A call whose key is known and may send. `once`: its Idempotency-Key."""

    key: Key
    phone_number_id: str
    given: Mapping[str, JSON]
    once: str = ""
    is_marketing: bool = False


def send(asked: Sequence[Sending]) -> list[Answer]:
    """As the owner role: what each names is looked for in its key's account alone."""
    now = datetime.now(UTC)
    numbers = numbers_named({(one.key.account_id, one.phone_number_id) for one in asked})
    bodies = _with_files([_message(one) for one in asked])
    others = named(
        {
            (one.key.account_id, other)
            for one, body in zip(asked, bodies, strict=True)
            if (other := own_reference(body)) is not None
        }
    )
    drafts: list[_Draft | Answer] = []
    for one, body in zip(asked, bodies, strict=True):
        number = numbers.get((one.key.account_id, one.phone_number_id))
        drafts.append(_draft(one, body, number, others))
    ready = [draft for draft in drafts if isinstance(draft, _Draft)]
    found = iter(accept([draft.wanted for draft in ready], now=now, numbers=list(numbers.values())))
    return [_answer(draft, next(found)) if isinstance(draft, _Draft) else draft for draft in drafts]


class _Draft(Struct, frozen=True):
    """What is to be queued, and what is said of it."""

    wanted: Wanted
    contact: Mapping[str, str]
    loss: tuple[str, ...]


def _message(one: Sending) -> dict[str, JSON]:
    """The message without its envelope."""
    body = {name: value for name, value in one.given.items() if name not in ENVELOPE}
    if "type" not in body and "text" in body:
        body["type"] = "text"
    if one.is_marketing:
        body.setdefault("product_policy", "CLOUD_API_FALLBACK")
    return body


def _with_files(bodies: Sequence[Mapping[str, JSON]]) -> list[Mapping[str, JSON]]:
    named_there = [naming.named_in(body) for body in bodies]
    ours = naming.given(set().union(*named_there))
    return [naming.with_rows(body, ours) if there else body for body, there in zip(bodies, named_there, strict=True)]


def _draft(
    one: Sending, body: Mapping[str, JSON], number: Reached | None, others: Mapping[tuple[int, int], Named]
) -> _Draft | Answer:
    if number is None or not one.key.may_use(number.credential_id):
        return not_there(one.phone_number_id)
    if refused := _envelope_refused(one.given):
        return refused
    body, is_lost = _referring(body, others, one.key.account_id, number.credential_id)
    to, recipient = _word(one.given, "to"), _word(one.given, "recipient")
    contact_id = None if to else ids.contact_id(recipient)
    order = Order(
        credential_id=number.credential_id,
        body=body,
        to=to,
        recipient="" if contact_id else recipient,
        contact_id=contact_id,
        callback_data=_word(one.given, "biz_opaque_callback_data") or None,
    )
    contact = {"input": to, "wa_id": phone_digits(to)} if to else {"input": recipient, "user_id": recipient}
    loss = (*providers.get(number.provider).losses(body), *((QUOTE_LOST,) if is_lost else ()))
    return _Draft(Wanted(one.key.account_id, order, _once(one)), contact, loss)


def _envelope_refused(given: Mapping[str, JSON]) -> Answer | None:
    if given.get("messaging_product") != "whatsapp":
        return missing("messaging_product")
    if given.get("recipient_type") == "group":
        return error(131051, details="recipient_type: Groups can't be written to from here; write to each person.")
    if not (_word(given, "to") or _word(given, "recipient")):
        return missing("to")
    problem = envelope_problem({name: given[name] for name in ("biz_opaque_callback_data",) if name in given}, "")
    return problem_told(problem) if problem else None


def _referring(
    body: Mapping[str, JSON], others: Mapping[tuple[int, int], Named], account_id: int, credential_id: int
) -> tuple[Mapping[str, JSON], bool]:
    """The message that it names, by the provider's id where that is known by now, else when it leaves. One that is not
    this number's is not known: a quote of it is left away, as Meta does."""
    other = own_reference(body)
    if other is None:
        return body, False
    known = others.get((account_id, other))
    if known is None or known.credential_id != credential_id:
        without = referring_to(body, "")
        return without, without is not body
    return (referring_to(body, known.provider_message_id) if known.provider_message_id else body), False


def _once(one: Sending) -> Once | None:
    if not one.once:
        return None
    said = canonical({"number": one.phone_number_id, "is_marketing": one.is_marketing, "given": one.given})
    return Once(one.key.id, sha256(one.once.encode()).hexdigest(), sha256(said).hexdigest())


def _answer(draft: _Draft, found: Queued | Refused) -> Answer:
    if isinstance(found, Refused):
        return problem_told(found.problem)
    message: dict[str, JSON] = {"id": ids.wamid(found.message_id)}
    if draft.wanted.order.body["type"] == "template":
        message["message_status"] = "accepted"
    payload = {"messaging_product": "whatsapp", "contacts": [draft.contact], "messages": [message]}
    headers = (("x-safarichat-loss", " ".join(draft.loss)),) if draft.loss else ()
    return told(payload, headers=headers, made=ids.wamid(found.message_id))


def _word(given: Mapping[str, JSON], name: str) -> str:
    """A number that was written as a number is one, too."""
    value = given.get(name)
    return value.strip() if isinstance(value, str) else str(value) if isinstance(value, int) else ""
