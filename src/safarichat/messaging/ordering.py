"""What somebody wants sent, and what is known of it while it is checked and stored."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from safarichat import providers
from safarichat.ground.sql import JSON
from safarichat.media import judging
from safarichat.messaging.checking import phone_digits, shown
from safarichat.messaging.consenting import purpose_of
from safarichat.messaging.models import Message
from safarichat.providers.shapes import Person, Problem, Refused

URGENCY: Mapping[str, int] = {"UTILITY": Message.Priority.UTILITY, "MARKETING": Message.Priority.BULK}
Token = tuple[int, str]  # account, form


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
    callback_data: str | None = None  # a program's own word, given back with each status

    @property
    def person(self) -> Person:
        return Person(wa_id=phone_digits(self.to)) if self.to else Person(user_id=self.recipient)


class Queued(Struct, frozen=True):
    """The message is stored and will be sent. `repeated`: it was stored before, by the same form."""

    message_id: int
    conversation_id: int
    repeated: bool = False


class Answers:
    """What is known so far about each order, by its place."""

    def __init__(self, accounts: Sequence[int], orders: Sequence[Order]) -> None:
        self.accounts = accounts
        self.orders = orders
        self.found: dict[int, Queued | Refused] = {}
        self.unchecked: set[int] = set()
        self.providers: dict[int, str] = {}  # by credential
        self.lanes: set[int] = set()  # credentials that have one
        self.texts: dict[int, str] = {}  # what the customer reads of a template
        self.categories: dict[int, str] = {}  # of templates
        self.contacts: dict[int, int] = {}  # those who were known before
        self.conversations: dict[int, tuple[int, int, int]] = {}  # likewise: id, number and contact
        self.templates: dict[int, int] = {}  # those that we have a copy of

    def open(self) -> list[tuple[int, Order]]:
        return [(index, order) for index, order in enumerate(self.orders) if index not in self.found]

    def tokens(self) -> list[Token]:
        return [(self.accounts[index], order.form_token) for index, order in self.open() if order.form_token]

    def refuse(self, problems: Mapping[int, Problem]) -> None:
        self.found |= {index: Refused(problem) for index, problem in problems.items()}

    def repeat(self, by_token: Mapping[Token, tuple[int, int]]) -> None:
        for index, order in self.open():
            if order.form_token and (found := by_token.get((self.accounts[index], order.form_token))):
                self.found[index] = Queued(*found, repeated=True)

    def with_files(self) -> dict[int, dict[int, judging.Asked]]:
        """By account."""
        found: dict[int, dict[int, judging.Asked]] = {}
        for index, order in self.open():
            asked = judging.Asked(order.body, providers.get(self.providers[order.credential_id]).abilities)
            found.setdefault(self.accounts[index], {})[index] = asked
        return found

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
