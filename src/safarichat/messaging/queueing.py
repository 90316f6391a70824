"""The one way in for messages that go out: checked, stored as `queued`, committed. The row is the queue."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from msgspec import Struct
from msgspec.structs import replace

from safarichat import providers
from safarichat.contacts.people import Naming, find_all
from safarichat.ground.notify import announce_all
from safarichat.ground.sql import columns, fetch
from safarichat.ground.tenancy import acting_account_id, acting_for
from safarichat.media import judging
from safarichat.message_templates.checking import Asked, fitted
from safarichat.messaging.checking import (
    UNKNOWN_NUMBER,
    UNKNOWN_RECIPIENT,
    number_problem,
    recipient_problem,
    window_problem,
)
from safarichat.messaging.consenting import without_consent
from safarichat.messaging.lanes import to_wake
from safarichat.messaging.ordering import Answers
from safarichat.messaging.ordering import Order as Order
from safarichat.messaging.ordering import Queued as Queued
from safarichat.messaging.recipients import as_contacts
from safarichat.messaging.storing import addressed, by_token, insert
from safarichat.numbers.models import SENDING
from safarichat.numbers.reaching import Reached, numbers_of
from safarichat.providers.cloud_api.outgoing import Checked, check
from safarichat.providers.shapes import Problem, Refused


class _Conversation(Struct, frozen=True):
    account_id: int
    id: int
    credential_id: int
    contact_id: int
    window_closes_at: datetime | None


def queue(account_id: int, orders: Sequence[Order], *, now: datetime) -> list[Queued | Refused]:
    """Store what may be sent; the answers in the order of the orders. Inside or outside of `acting_for`."""
    with acting(account_id):
        return _queue([account_id] * len(orders), orders, now)


def queue_all(
    orders: Sequence[tuple[int, Order]], *, now: datetime, numbers: Sequence[Reached] | None = None
) -> list[Queued | Refused]:
    """As `queue`, for many accounts in one transaction: each order with its account. As the owner role, so every row is
    asked for together with its account. `numbers`: whoever has just looked them up may say what they found."""
    with transaction.atomic(savepoint=False):
        return _queue([account_id for account_id, _ in orders], [order for _, order in orders], now, numbers)


def _queue(
    accounts: Sequence[int], orders: Sequence[Order], now: datetime, numbers: Sequence[Reached] | None = None
) -> list[Queued | Refused]:
    answers = Answers(accounts, as_contacts(accounts, orders))
    answers.repeat(by_token(answers.tokens()))
    if numbers is None:
        numbers = numbers_of(set(accounts), {order.credential_id for order in orders})
    answers.refuse(_without_recipient(answers, numbers))
    answers.refuse(_without_file(answers))
    answers.refuse(_without_template(answers))
    answers.refuse(_without_window(answers, now))
    answers.repeat(insert(addressed(answers), now, answers))
    _announce(answers)
    return answers.all()


@contextmanager
def acting(account_id: int) -> Iterator[None]:
    """As the account: in the caller's block when there is one, else in one of our own."""
    if acting_account_id() == account_id:
        yield
        return
    with acting_for(account_id):
        yield


def _without_recipient(answers: Answers, numbers: Sequence[Reached]) -> dict[int, Problem]:
    orders = answers.open()
    known = {(one.account_id, one.credential_id): (one.provider, one.status in SENDING) for one in numbers}
    answers.providers = {one.credential_id: one.provider for one in numbers}
    answers.lanes = {one.credential_id for one in numbers if one.has_lane}
    contacts = _existing_contacts(
        {(answers.accounts[index], order.contact_id) for index, order in orders if order.contact_id}
    )
    problems = {}
    for index, order in orders:
        account_id = answers.accounts[index]
        checked = _checked(
            order, known.get((account_id, order.credential_id)), has_contact=(account_id, order.contact_id) in contacts
        )
        if checked.is_unchecked:
            answers.unchecked.add(index)
        if checked.problem:
            problems[index] = checked.problem
    return problems


def _checked(order: Order, number: tuple[str, bool] | None, *, has_contact: bool) -> Checked:
    """`number`: its provider, and whether it may send."""
    if number is None:
        return Checked(UNKNOWN_NUMBER)
    provider, may_send = number
    if problem := number_problem(may_send):
        return Checked(problem)
    checked = check(order.body, replace(providers.get(provider).abilities, takes_links_only=False))  # `judging` knows
    if checked.problem or order.conversation_id is not None:
        return checked
    if order.contact_id is not None:
        return checked if has_contact else Checked(UNKNOWN_RECIPIENT)
    return replace(checked, problem=recipient_problem(order.to, order.recipient))


def _without_file(answers: Answers) -> dict[int, Problem]:
    problems: dict[int, Problem] = {}
    for account_id, asked in answers.with_files().items():
        problems |= judging.problems(account_id, asked)
    return problems


def _without_template(answers: Answers) -> dict[int, Problem]:
    """The numbers are known to be their accounts' own by now."""
    asked = {
        index: Asked(order.credential_id, order.body["template"], by_phone=bool(order.to) or not order.recipient)
        for index, order in answers.open()
        if order.body["type"] == "template"
    }
    found = fitted({answers.accounts[index] for index in asked}, asked)
    answers.texts = {index: one.text for index, one in found.items() if one.text}
    answers.categories = {index: one.category for index, one in found.items()}
    answers.templates = {index: one.id for index, one in found.items() if one.id}
    return {index: one.problem for index, one in found.items() if one.problem}


def _existing_contacts(asked: set[tuple[int, int]]) -> set[tuple[int, int]]:
    if not asked:
        return set()
    rows = fetch(
        "SELECT c.account_id, c.id FROM unnest(%s::bigint[], %s::bigint[]) n (a, id)"
        " JOIN contacts c ON c.account_id = n.a AND c.id = n.id",
        *columns(list(asked), 2),
    )
    return {(account_id, contact_id) for account_id, contact_id in rows}


def _without_window(answers: Answers, now: datetime) -> dict[int, Problem]:
    """Free text without a window, and templates that their recipient does not want."""
    orders = answers.open()
    answers.contacts = contacts = _contacts_of(answers)
    conversations = _conversations_of(answers, contacts)
    answers.conversations = {index: (one.id, one.credential_id, one.contact_id) for index, one in conversations.items()}
    contacts = contacts | {index: one.contact_id for index, one in conversations.items()}
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


def _contacts_of(answers: Answers) -> dict[int, int]:
    """By an order's place. A customer is not made for a message that will be refused."""
    asked = {
        index: Naming(answers.accounts[index], (order.person,))
        for index, order in answers.open()
        if order.conversation_id is None and order.contact_id is None
    }
    found = dict(zip(asked, find_all(list(asked.values())), strict=True))
    found |= {index: order.contact_id for index, order in answers.open() if order.contact_id}
    return {index: contact_id for index, contact_id in found.items() if contact_id}


def _conversations_of(answers: Answers, contacts: Mapping[int, int]) -> dict[int, _Conversation]:
    """Where each order would go, as far as that exists."""
    orders = answers.open()
    rows = fetch(  # each by one index, whatever the planner knows of the table: accounts are compared below
        "SELECT c.account_id, c.id, c.credential_id, c.contact_id, c.window_closes_at"
        " FROM unnest(%s::bigint[]) n (id) JOIN conversations c ON c.id = n.id"
        " UNION ALL SELECT c.account_id, c.id, c.credential_id, c.contact_id, c.window_closes_at"
        " FROM unnest(%s::bigint[], %s::bigint[]) n (credential_id, contact_id)"
        " JOIN conversations c ON c.credential_id = n.credential_id AND c.contact_id = n.contact_id",
        [order.conversation_id for _, order in orders if order.conversation_id is not None],
        *columns(
            [
                (order.credential_id, contacts[index])
                for index, order in orders
                if order.conversation_id is None and index in contacts
            ],
            2,
        ),
    )
    all_found = [_Conversation(*row) for row in rows]
    by_id = {(one.account_id, one.credential_id, one.id): one for one in all_found}
    by_contact = {(one.account_id, one.credential_id, one.contact_id): one for one in all_found}
    found: dict[int, _Conversation | None] = {}
    for index, order in orders:
        number = (answers.accounts[index], order.credential_id)
        if order.conversation_id is not None:
            found[index] = by_id.get((*number, order.conversation_id))
        else:
            found[index] = by_contact.get((*number, contacts.get(index, 0)))
    return {index: one for index, one in found.items() if one is not None}


def _announce(answers: Answers) -> None:
    numbers: set[int] = set()
    topics: dict[int, dict[str, None]] = {}
    for account_id, order, found in zip(answers.accounts, answers.orders, answers.all(), strict=True):
        if isinstance(found, Queued) and not found.repeated:
            numbers.add(order.credential_id)
            theirs = topics.setdefault(account_id, {"inbox": None, "overview": None})
            theirs[f"conversation:{found.conversation_id}"] = None
    if numbers:
        announce_all(topics, work=to_wake(numbers))
