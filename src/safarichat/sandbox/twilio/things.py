"""What Twilio keeps beside the numbers, customers and messages of the pretend world (reference §1, §2)."""

import secrets

from msgspec import Struct, field

from safarichat.sandbox.journal import Journal
from safarichat.sandbox.things import JSON, Thing


class Account(Thing):
    """`id` is the SID. A subaccount has an owner, whose credentials act on it, too. `solution_id` is the operator's
    partner solution, through which customers' WABAs are shared with Twilio."""

    auth_token: str
    name: str
    owner: str = ""
    secondary_token: str = ""
    status: str = "active"
    is_operators: bool = False
    solution_id: str = ""
    made_at: float = 0
    changed_at: float = 0


class Key(Thing):
    """An API key: main, standard or restricted; `allowed` names the areas that a restricted one may use."""

    account: str
    secret: str
    name: str = ""
    kind: str = "standard"
    allowed: list[str] = field(default_factory=list)
    made_at: float = 0


class Sender(Thing):
    """A WhatsApp sender: how a number of the pretend world stands at Twilio. `stopped` are customers who wrote STOP."""

    account: str
    phone_number_id: str
    status: str = "CREATING"
    method: str = ""
    webhook: dict[str, str] = field(default_factory=dict)
    profile: dict[str, JSON] = field(default_factory=dict)
    service: str = ""
    stopped: list[str] = field(default_factory=list)


class Content(Thing):
    """A content resource: one language. `approval` is empty until it was submitted."""

    account: str
    name: str
    language: str
    types: dict[str, dict[str, JSON]]
    variables: dict[str, str] = field(default_factory=dict)
    approval: dict[str, JSON] = field(default_factory=dict)
    made_at: float = 0
    changed_at: float = 0


class Service(Thing):
    """A messaging service."""

    account: str
    name: str
    inbound_url: str = ""
    callback_url: str = ""
    uses_senders_hook: bool = False
    validity_s: int = 36_000
    made_at: float = 0
    changed_at: float = 0


class Slip(Thing, gc=False):
    """What Twilio knows of a message beside what the pretend world does; `id` is the message's SID, `text` its Body,
    `media` what is on the shelf, `links` what was given and has to be fetched."""

    account: str
    direction: str = "inbound"
    text: str = ""
    service: str = ""
    callback: str = ""
    media: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    send_at: float = 0
    sent_at: float = 0
    changed_at: float = 0
    is_deleted: bool = False


class Trouble(Struct):
    """A line of the debugger: what Twilio could not do with an address of ours."""

    code: int
    account: str
    url: str
    at: float


class Shelves:
    """Where Twilio's things stand. Trouble is not kept over a restart."""

    def __init__(self, journal: Journal) -> None:
        self.accounts = journal.shelf(Account)
        self.keys = journal.shelf(Key)
        self.senders = journal.shelf(Sender)
        self.contents = journal.shelf(Content)
        self.services = journal.shelf(Service)
        self.slips = journal.shelf(Slip)
        self.troubles: list[Trouble] = []

    def sender_of(self, phone_number_id: str) -> Sender | None:
        return next((sender for sender in self.senders if sender.phone_number_id == phone_number_id), None)


def sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)


def auth_token() -> str:
    return secrets.token_hex(16)
