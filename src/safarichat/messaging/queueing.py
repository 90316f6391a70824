"""The one way in for messages that go out: checked, stored as `queued`, committed. The row is the queue."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from safarichat import providers
from safarichat.contacts.people import find, resolve
from safarichat.ground.notify import announce
from safarichat.ground.sql import JSON, as_json, columns, fetch, next_ids
from safarichat.ground.tenancy import acting_account_id, acting_for
from safarichat.media import judging, keeping
from safarichat.media.referring import own_ids
from safarichat.message_templates.checking import Asked, count_uses, fitted
from safarichat.messaging.checking import (
    UNKNOWN_NUMBER,
    UNKNOWN_RECIPIENT,
    number_problem,
    phone_digits,
    recipient_problem,
    refers_to,
    shown,
    window_problem,
)
from safarichat.messaging.consenting import purpose_of, without_consent
from safarichat.messaging.conversing import Pair, lock_conversations, open_conversations
from safarichat.messaging.expiring import expires_at
from safarichat.messaging.lanes import wake
from safarichat.messaging.models import Message
from safarichat.messaging.naming import contacts_of
from safarichat.numbers.models import SENDING
from safarichat.providers.cloud_api.outgoing import Checked, check
from safarichat.providers.shapes import Person, Problem, Refused

URGENCY: Mapping[str, int] = {"UTILITY": Message.Priority.UTILITY, "MARKETING": Message.Priority.BULK}


class Order(Struct, frozen=True, kw_only=True):
    """A message somebody wants sent, to a phone number, a customer's business-scoped id, a contact or in a
    conversation.

    `body` is a Cloud API message object without addressing. Two orders with one `form_token` are one message.
    What has not left at `expires_at` is not sent any more; without it, that is a matter of its priority.
    """

    credential_id: int
    body: Mapping[str, JSON]
    to: str = ""
    recipient: str = ""  # a business-scoped id; where `to` is given as well, that one counts
    contact_id: int | None = None
    conversation_id: int | None = None
    sent_by: int | None = None
    form_token: str | None = None
    priority: int = 0
    expires_at: datetime | None = None


class Queued(Struct, frozen=True):
    """The message is stored and will be sent. `repeated`: it was stored before, by the same form."""

    message_id: int
    conversation_id: int
    repeated: bool = False


class _Conversation(Struct, frozen=True):
    id: int
    credential_id: int
    contact_id: int
    window_closes_at: datetime | None


def queue(account_id: int, orders: Sequence[Order], *, now: datetime) -> list[Queued | Refused]:
    """Store what may be sent; the answers in the order of the orders. Inside or outside of `acting_for`."""
    with acting(account_id):
        ours = contacts_of(account_id, ["" if order.to else order.recipient for order in orders])
        orders = [replace(one, recipient="", contact_id=ours[n]) if n in ours else one for n, one in enumerate(orders)]
        answers = _Answers(orders)
        answers.repeat(_by_token(account_id, [order.form_token for order in orders if order.form_token]))
        answers.refuse(_without_recipient(account_id, answers))
        answers.refuse(judging.problems(account_id, answers.with_files()))
        answers.refuse(_without_template(account_id, answers))
        answers.refuse(_without_window(account_id, answers, now))
        addressed = _addressed(account_id, answers.open())
        answers.repeat(_insert(account_id, orders, addressed, now, answers))
        _announce(account_id, answers)
        return answers.all()


@contextmanager
def acting(account_id: int) -> Iterator[None]:
    """As the account: in the caller's block when there is one, else in one of our own."""
    if acting_account_id() == account_id:
        yield
        return
    with acting_for(account_id):
        yield


class _Answers:
    """What is known so far about each order, by its place."""

    def __init__(self, orders: Sequence[Order]) -> None:
        self.orders = orders
        self.found: dict[int, Queued | Refused] = {}
        self.unchecked: set[int] = set()
        self.providers: dict[int, str] = {}  # by credential
        self.texts: dict[int, str] = {}  # what the customer reads of a template
        self.categories: dict[int, str] = {}  # of templates
        self.templates: dict[int, int] = {}  # those that we have a copy of

    def open(self) -> list[tuple[int, Order]]:
        return [(index, order) for index, order in enumerate(self.orders) if index not in self.found]

    def refuse(self, problems: Mapping[int, Problem]) -> None:
        self.found |= {index: Refused(problem) for index, problem in problems.items()}

    def repeat(self, by_token: Mapping[str, tuple[int, int]]) -> None:
        for index, order in self.open():
            if order.form_token and order.form_token in by_token:
                self.found[index] = Queued(*by_token[order.form_token], repeated=True)

    def with_files(self) -> dict[int, judging.Asked]:
        return {
            index: judging.Asked(order.body, providers.get(self.providers[order.credential_id]).abilities)
            for index, order in self.open()
        }

    def text_of(self, index: int) -> str:
        """The words that a list shows."""
        return self.texts.get(index) or shown(self.orders[index].body)

    def purpose_of(self, index: int) -> str:
        """What a template is for; free text needs no consent."""
        return purpose_of(self.categories.get(index, "")) if self.orders[index].body["type"] == "template" else ""

    def priority_of(self, index: int) -> int:
        """What advertises is never more urgent than the rest, whoever queues it."""
        return max(self.orders[index].priority, URGENCY.get(self.categories.get(index, ""), Message.Priority.REPLY))

    def all(self) -> list[Queued | Refused]:
        return [self.found[index] for index in range(len(self.orders))]


def _by_token(account_id: int, tokens: Sequence[str]) -> dict[str, tuple[int, int]]:
    if not tokens:
        return {}
    rows = fetch(
        "SELECT form_token, id, conversation_id FROM messages WHERE account_id = %s AND form_token = ANY(%s::text[])",
        account_id,
        list(tokens),
    )
    return {token: (message_id, conversation_id) for token, message_id, conversation_id in rows}


# --- checks ---


def _without_recipient(account_id: int, answers: _Answers) -> dict[int, Problem]:
    orders = answers.open()
    numbers = fetch(
        "SELECT id, api_provider, status FROM official_whatsapp_credentials WHERE account_id = %s"
        " AND id = ANY(%s::bigint[])",
        account_id,
        list({order.credential_id for _, order in orders}),
    )
    known = {credential_id: (provider, status in SENDING) for credential_id, provider, status in numbers}
    answers.providers = {credential_id: provider for credential_id, provider, _ in numbers}
    contacts = _existing(account_id, "contacts", {order.contact_id for _, order in orders if order.contact_id})
    problems = {}
    for index, order in orders:
        checked = _checked(order, known, contacts)
        if checked.is_unchecked:
            answers.unchecked.add(index)
        if checked.problem:
            problems[index] = checked.problem
    return problems


def _checked(order: Order, known: Mapping[int, tuple[str, bool]], contacts: set[int]) -> Checked:
    if order.credential_id not in known:
        return Checked(UNKNOWN_NUMBER)
    provider, may_send = known[order.credential_id]
    if problem := number_problem(may_send):
        return Checked(problem)
    checked = check(order.body, replace(providers.get(provider).abilities, takes_links_only=False))  # `judging` knows
    if checked.problem or order.conversation_id is not None:
        return checked
    if order.contact_id is not None:
        return checked if order.contact_id in contacts else Checked(UNKNOWN_RECIPIENT)
    return Checked(recipient_problem(order.to, order.recipient), is_unchecked=checked.is_unchecked)


def _without_template(account_id: int, answers: _Answers) -> dict[int, Problem]:
    asked = {
        index: Asked(order.credential_id, order.body["template"], by_phone=bool(order.to) or not order.recipient)
        for index, order in answers.open()
        if order.body["type"] == "template"
    }
    found = fitted(account_id, asked)
    answers.texts = {index: one.text for index, one in found.items() if one.text}
    answers.categories = {index: one.category for index, one in found.items()}
    answers.templates = {index: one.id for index, one in found.items() if one.id}
    return {index: one.problem for index, one in found.items() if one.problem}


def _existing(account_id: int, table: str, ids: set[int]) -> set[int]:
    if not ids:
        return set()
    rows = fetch(f"SELECT id FROM {table} WHERE account_id = %s AND id = ANY(%s::bigint[])", account_id, list(ids))  # noqa: S608 - our own word
    return {row[0] for row in rows}


def _without_window(account_id: int, answers: _Answers, now: datetime) -> dict[int, Problem]:
    """Free text without a window, and templates that their recipient does not want."""
    orders = answers.open()
    contacts = _contacts_of(account_id, orders)
    conversations = _conversations_of(account_id, orders, contacts)
    contacts |= {index: one.contact_id for index, one in conversations.items()}
    purposes = {index: purpose for index, _ in orders if (purpose := answers.purpose_of(index))}
    problems = without_consent(contacts, purposes)
    for index, order in orders:
        conversation = conversations.get(index)
        if order.conversation_id is not None and conversation is None:
            problems[index] = UNKNOWN_RECIPIENT
            continue
        closes_at = conversation.window_closes_at if conversation else None
        if problem := window_problem(str(order.body["type"]), closes_at, now):
            problems[index] = problem
    return problems


def _contacts_of(account_id: int, orders: Sequence[tuple[int, Order]]) -> dict[int, int]:
    """By an order's place. A customer is not made for a message that will be refused."""
    asked = [order for _, order in orders if order.conversation_id is None and order.contact_id is None]
    dialled = sorted({phone_digits(order.to) for order in asked if order.to})
    named = sorted({order.recipient for order in asked if order.recipient and not order.to})
    known = dict(zip([*dialled, *named], find(account_id, dialled, user_ids=named), strict=True))
    found = {
        index: order.contact_id or known.get(phone_digits(order.to) or order.recipient)
        for index, order in orders
        if order.conversation_id is None
    }
    return {index: contact_id for index, contact_id in found.items() if contact_id}


def _conversations_of(
    account_id: int, orders: Sequence[tuple[int, Order]], contacts: Mapping[int, int]
) -> dict[int, _Conversation]:
    """Where each order would go, as far as that exists."""
    rows = fetch(
        "SELECT id, credential_id, contact_id, window_closes_at FROM conversations WHERE account_id = %s"
        " AND (id = ANY(%s::bigint[]) OR contact_id = ANY(%s::bigint[]))",
        account_id,
        [order.conversation_id for _, order in orders if order.conversation_id is not None],
        [contacts[index] for index, order in orders if index in contacts and order.body["type"] != "template"],
    )
    all_found = [_Conversation(*row) for row in rows]
    by_id = {(one.credential_id, one.id): one for one in all_found}
    by_contact = {(one.credential_id, one.contact_id): one for one in all_found}
    found: dict[int, _Conversation | None] = {}
    for index, order in orders:
        if order.conversation_id is not None:
            found[index] = by_id.get((order.credential_id, order.conversation_id))
        else:
            found[index] = by_contact.get((order.credential_id, contacts.get(index, 0)))
    return {index: one for index, one in found.items() if one is not None}


# --- storing ---


def _addressed(account_id: int, orders: Sequence[tuple[int, Order]]) -> dict[int, int]:
    """Place of an order → conversation, made where it is the first message."""
    dialled = [(index, order) for index, order in orders if order.conversation_id is None and order.contact_id is None]
    persons = [_person(order) for _, order in dialled]
    contacts = {index: contact for (index, _), contact in zip(dialled, resolve(account_id, persons), strict=True)}
    pairs: dict[int, Pair] = {
        index: (order.credential_id, contacts.get(index) or order.contact_id or 0)
        for index, order in orders
        if order.conversation_id is None
    }
    opened = open_conversations(dict.fromkeys(pairs.values(), account_id))
    return {
        index: order.conversation_id if order.conversation_id is not None else opened[pairs[index]]
        for index, order in orders
    }


def _person(order: Order) -> Person:
    return Person(wa_id=phone_digits(order.to)) if order.to else Person(user_id=order.recipient)


def _insert(
    account_id: int, orders: Sequence[Order], addressed: Mapping[int, int], now: datetime, answers: _Answers
) -> dict[str, tuple[int, int]]:
    """Answers each order that became a row. Returns the messages of those whose form was quicker elsewhere."""
    if not addressed:
        return {}
    lock_conversations(list(addressed.values()))
    places = dict(zip(next_ids("messages", len(addressed)), addressed, strict=True))
    stored = fetch(
        """
        INSERT INTO messages (id, account_id, credential_id, conversation_id, direction, kind, body, text, status, at,
                              status_at, sent_by_id, form_token, priority, expires_at, context_id, is_unchecked,
                              purpose)
        SELECT n.id, %s, n.credential_id, n.conversation_id, 'out', n.kind, n.body, n.text, 'queued', %s, %s, n.sent_by,
               n.form_token, n.priority, n.expires_at, n.context_id, n.is_unchecked, n.purpose
        FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::jsonb[], %s::text[], %s::bigint[],
                    %s::text[], %s::int[], %s::timestamptz[], %s::text[], %s::boolean[],
                    %s::text[])
             n (id, conversation_id, credential_id, kind, body, text, sent_by, form_token, priority, expires_at,
                context_id, is_unchecked, purpose)
        ON CONFLICT (account_id, form_token) WHERE form_token IS NOT NULL DO NOTHING
        RETURNING id
        """,
        account_id,
        now,
        now,
        *columns(
            [
                (message_id, addressed[place], *_columns(orders[place], answers, place, now))
                for message_id, place in places.items()
            ],
            13,
        ),
    )
    for (message_id,) in stored:
        answers.found[places[message_id]] = Queued(message_id, addressed[places[message_id]])
    fresh = [place for place in places.values() if place in answers.found]
    keeping.use(account_id, {file_id for place in fresh for file_id in own_ids(orders[place].body)}, now)
    _advance({addressed[place]: answers.text_of(place)[:300] for place in fresh}, now)
    _open_lanes(account_id, {orders[place].credential_id for place in fresh})
    count_uses([answers.templates[place] for place in fresh if place in answers.templates])
    return _by_token(account_id, [order.form_token for _, order in answers.open() if order.form_token])


def _columns(order: Order, answers: _Answers, place: int, now: datetime) -> tuple[object, ...]:
    priority = answers.priority_of(place)
    return (
        order.credential_id,
        order.body["type"],
        as_json(order.body),
        answers.text_of(place),
        order.sent_by,
        order.form_token,
        priority,
        order.expires_at or expires_at(priority, now),
        refers_to(order.body),
        place in answers.unchecked,
        answers.purpose_of(place),
    )


def _advance(texts: Mapping[int, str], now: datetime) -> None:
    """`texts`: the last of each conversation."""
    fetch(
        "UPDATE conversations c SET last_message_at = %s, last_text = n.text, last_direction = 'out',"
        " last_status = 'queued' FROM unnest(%s::bigint[], %s::text[]) n (id, text)"
        " WHERE c.id = n.id AND c.last_message_at <= %s",
        now,
        list(texts),
        list(texts.values()),
        now,
    )


def _open_lanes(account_id: int, credentials: set[int]) -> None:
    fetch(
        "INSERT INTO lanes (credential_id, account_id) SELECT c, %s FROM unnest(%s::bigint[]) c ON CONFLICT DO NOTHING",
        account_id,
        sorted(credentials),
    )


def _announce(account_id: int, answers: _Answers) -> None:
    new = [
        (order.credential_id, found.conversation_id)
        for order, found in zip(answers.orders, answers.all(), strict=True)
        if isinstance(found, Queued) and not found.repeated
    ]
    if new:
        announce(account_id, "inbox", "overview", *(f"conversation:{conversation_id}" for _, conversation_id in new))
        wake({credential_id for credential_id, _ in new})
