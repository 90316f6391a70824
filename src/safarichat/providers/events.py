"""What a provider tells us by webhook, or when it is asked what we missed."""

from collections.abc import Mapping

from msgspec import Struct

from safarichat.ground.talks import JSON
from safarichat.providers.problems import Problem


class Person(Struct, frozen=True, kw_only=True):
    """A customer as one event names them: any of these may be empty. `phone`/`wa_id` digits without +; `user_id` is
    business-scoped and opaque. Where a sender's number and WhatsApp id differ, `wa_id` is the id and `phone` the
    number; else `phone` is empty."""

    wa_id: str = ""
    phone: str = ""
    user_id: str = ""
    parent_user_id: str = ""
    username: str = ""
    name: str = ""


class Received(Struct, frozen=True, kw_only=True):
    """A customer wrote. `body` is the message object as it came, `kind` its type, `text` what a list shows, `at` unix
    seconds (0: not told), `context_id` the provider id of the message that it answers or refers to. `is_past`: it was
    written before the number came here, and its phone app hands it over."""

    provider_message_id: str
    phone_number_id: str
    waba_id: str
    sender: Person
    at: int
    kind: str
    body: Mapping[str, JSON]
    text: str = ""
    context_id: str = ""
    problem: Problem | None = None
    is_past: bool = False


class StatusChanged(Struct, frozen=True, kw_only=True):
    """A message of ours moved on: `status` is sent | delivered | read | played | failed. `free_until`, if told, is the
    end of the free entry window that it travels in, in unix seconds."""

    provider_message_id: str
    phone_number_id: str
    waba_id: str
    status: str
    at: int
    opaque: str = ""
    recipient: Person = Person()
    problem: Problem | None = None
    price: Mapping[str, JSON] | None = None
    free_until: int = 0


class AccountChanged(Struct, frozen=True, kw_only=True):
    """A number or its business account changed. One of `phone_number_id`, `phone_number` (digits), `waba_id` says
    which; `facts` are new values by the names of Health.facts, and those that are `shared` hold for every number of the
    business's portfolio; `status`, when set, is the credential's new status, and "connected" `ends` these only.
    `lasts_until` (unix s): no check can read this back, so that it stands until then, or until other news end it."""

    field: str
    event: str
    waba_id: str = ""
    phone_number_id: str = ""
    phone_number: str = ""
    at: int = 0
    status: str = ""
    ends: tuple[str, ...] = ("suspended", "attention", "in_review")
    lasts_until: int = 0
    facts: Mapping[str, JSON] = {}
    shared: tuple[str, ...] = ()
    problem: Problem | None = None
    value: Mapping[str, JSON] = {}


class PersonChanged(Struct, frozen=True, kw_only=True):
    """A customer changed number or id: `before` and `after` are one person."""

    provider_message_id: str
    phone_number_id: str
    waba_id: str
    before: Person
    after: Person
    at: int
    body: Mapping[str, JSON]
    text: str = ""


class TemplateChanged(Struct, frozen=True, kw_only=True):
    """A template's review, quality, category or text changed; only what the news tells is set. `status`, `quality` and
    `category` are the words of the template's own node; `is_warning`: the category changes later, at `at_next`."""

    field: str
    event: str
    waba_id: str
    template_id: str
    name: str
    language: str
    phone_number_id: str = ""
    status: str = ""
    quality: str = ""
    category: str = ""
    previous: str = ""  # quality or category before
    components: tuple[Mapping[str, JSON], ...] = ()
    is_warning: bool = False
    at_next: int = 0
    at: int = 0
    problem: Problem | None = None
    value: Mapping[str, JSON] = {}


class ConsentChanged(Struct, frozen=True, kw_only=True):
    """A customer chose what they want to get from the business: `event` is stop | resume | signup, of `category`.
    `provider_message_id` names the message that they said it with, where they wrote one."""

    field: str
    event: str
    category: str
    waba_id: str
    phone_number_id: str
    person: Person
    at: int
    value: Mapping[str, JSON]
    provider_message_id: str = ""


class Echoed(Struct, frozen=True, kw_only=True):
    """The business wrote to a customer elsewhere than here: on the phone, or through another partner. `event` is the
    message's kind; the rest as in Received."""

    field: str
    event: str
    provider_message_id: str
    waba_id: str
    phone_number_id: str
    recipient: Person
    at: int
    text: str = ""
    context_id: str = ""
    value: Mapping[str, JSON]
    is_past: bool = False


class PastTold(Struct, frozen=True, kw_only=True):
    """How far the phone app has come with handing over what was written before: `phase` 0 is the last day, 1 the last
    90, 2 the rest; `progress` is of 100 for all of it. With a `problem` nothing comes."""

    field: str
    event: str
    waba_id: str
    phone_number_id: str
    at: int
    phase: int
    progress: int
    problem: Problem | None
    value: JSON


class PersonSaved(Struct, frozen=True, kw_only=True):
    """The phone's address book has a name for a person, or no longer has them."""

    field: str
    waba_id: str
    phone_number_id: str
    person: Person
    name: str
    is_removed: bool
    at: int


class Noted(Struct, frozen=True, kw_only=True):
    """Understood, of a kind that nothing is done with yet: kept and shown under its name."""

    field: str
    event: str
    waba_id: str
    phone_number_id: str
    at: int
    value: JSON
    problem: Problem | None = None


class Unhandled(Struct, frozen=True, kw_only=True):
    """Understood as far as its envelope, of a kind that is not documented: kept and shown raw."""

    field: str
    waba_id: str
    phone_number_id: str
    at: int
    value: JSON


class Unreadable(Struct, frozen=True):
    """One element of a webhook that is not what the documentation says: kept, marked, can be replayed."""

    reason: str
    raw: JSON


Event = (
    Received
    | StatusChanged
    | AccountChanged
    | PersonChanged
    | TemplateChanged
    | ConsentChanged
    | Echoed
    | PastTold
    | PersonSaved
    | Noted
    | Unhandled
    | Unreadable
)
