"""Which providers there are, and what each must offer. A provider is a module; nothing outside asks for its name."""

from collections.abc import Mapping
from typing import Protocol

from safarichat.providers import dialog360, meta, twilio
from safarichat.providers.changes import Change
from safarichat.providers.files import Fetched, Ref, Uploaded
from safarichat.providers.passing import Passed
from safarichat.providers.shapes import (
    JSON,
    Abilities,
    Act,
    Answer,
    ConnectOutcome,
    Event,
    Facts,
    FilePart,
    Health,
    Hook,
    Later,
    Number,
    Outcome,
    Outgoing,
    Platform,
    Problem,
    Refused,
    Signup,
    StepsDone,
    Talk,
    TemplateList,
    Unknown,
    Withdrawal,
)


class Provider(Protocol):
    """What the rest of the house may ask of a provider. Every function is pure; a talk is driven by its caller."""

    name: str
    facts: Facts
    abilities: Abilities
    causes: tuple[Problem, ...]  # what `check` can find, each with what it hurts and what repairs it
    deeds: Mapping[str, Act]  # see DEEDS; what is not here has its reason in `abilities.lacks`
    operator_hook: (
        str  # the name in /webhooks/{name} at which the operator's own account delivers; "" where it has none
    )
    hook_answer: tuple[str, bytes]  # content type and body that answer a webhook

    # --- webhooks ---

    def authentic(self, hook: Hook, secrets: Mapping[str, str]) -> bool:
        """Did the provider send this? `secrets` are the platform's settings by their names, or the values of a
        connection of its own under the same names and those of the provider's further secrets."""

    def greet(self, hook: Hook, secrets: Mapping[str, str]) -> str | None:
        """What to answer to the handshake of a new webhook address; None: refuse it."""

    def read(self, hook: Hook) -> list[Event]:
        """What a webhook says, in its order. Never raises: what can't be read is an `Unreadable` beside the rest."""

    def told(self, hook: Hook, at: int) -> list[Change]:
        """The same for programs, each thing by itself in the words of the Cloud API; what they have no word for is not
        among it. `at` (unix seconds) is when it came, where the provider does not tell a time. Never raises."""

    def parts(self, hook: Hook) -> list[bytes]:
        """The same webhook as several, each about one number or one business account; one that can't be taken apart
        comes back as it is. What is read from them all is what is read from the whole."""

    def withdrawn(self, hook: Hook, secrets: Mapping[str, str]) -> Withdrawal | None:
        """Whose leave was taken back, or whose data shall be deleted, when the provider says so and proves that it is
        the one who says it; else None."""

    # --- onboarding ---

    def missing_settings(self, platform: Platform, mode: str = "signup") -> list[str]:
        """Names of the operator's settings without which nobody can go this way."""

    def login(self, platform: Platform, *, mode: str, state: str) -> Mapping[str, JSON]:
        """{"flow": "sdk"|"redirect"|"form", "sdk": {...}, "redirect_url": "..."} as contract §4; the form's fields
        come from the way itself."""

    def trusted_origins(self, platform: Platform) -> tuple[str, ...]:
        """Who may post window messages to the wizard: origins, one of them maybe with a leading `*.` in its host."""

    def session_event(self, event: str, data: JSON) -> tuple[str, Mapping[str, JSON]]:
        """What the browser brought (`data` as JSON string or object), cleaned: to be put into `Signup`, whose `connect`
        answers a cancelled one with the right problem and without a call. Not understood: ("", {})."""

    def returned(self, query: Mapping[str, str]) -> tuple[str, Mapping[str, JSON]]:
        """The same for a provider's own page that sends the browser back with its words in the query. ("", {}) when
        there is nothing but a code in it."""

    def holder(self, signup: Signup) -> str:
        """The provider's id of the app or account that a sign-up belongs to, as far as what the person brought tells:
        numbers of one account with the same holder share one connection, its webhook address and its secrets."""

    def connect(self, signup: Signup, platform: Platform) -> Talk[ConnectOutcome]: ...

    def disconnect(
        self, number: Number, platform: Platform, *, deregister: bool, done: frozenset[str]
    ) -> Talk[StepsDone]:
        """Undo what `connect` did. Give `done={"unsubscribed"}` when another live number uses the same business
        account: the subscription is the account's, not the number's; and "unhooked" as long as another uses the same
        connection."""

    # --- use ---

    def check(self, number: Number, platform: Platform) -> Talk[Health]:
        """Read back what is really so at the provider: every cause of `causes` that is there, and the facts."""

    def send(self, number: Number, message: Outgoing, platform: Platform) -> Talk[Outcome]: ...

    def losses(self, body: Mapping[str, JSON]) -> tuple[str, ...]:
        """Sentences on what it will not carry of a message that it carries, known before it is sent."""

    def mark_read(
        self, number: Number, provider_message_id: str, platform: Platform, *, is_typing: bool = False
    ) -> Talk[Outcome]:
        """A customer's message, and those before it; `is_typing`: and let them see that an answer is being written."""

    def fetch_media(self, number: Number, ref: Ref, platform: Platform) -> Talk[Fetched | Refused | Later]:
        """A customer's file, into the hand of whoever drives the talk. `media_gone` when it is kept no more."""

    def upload_media(self, number: Number, file: FilePart, platform: Platform) -> Talk[Uploaded | Refused | Later]:
        """The file in the driver's hand to the provider; not asked where `abilities.takes_links_only`."""

    def templates(self, number: Number, platform: Platform) -> Talk[TemplateList | Refused | Later | Unknown]:
        """Every template of the number's business account, in whatever state; all pages, or a failure."""

    def pass_on(self, number: Number, asked: Passed, platform: Platform) -> Talk[Answer | Refused | Later | Unknown]:
        """A program's own call, as it is; not asked where the provider does not speak the Cloud API. A refusal in other
        words than Graph's comes as what it means."""

    def missed(self, number: Number, platform: Platform, since: int) -> Talk[list[Event]]:
        """What happened since (unix seconds) by the provider's own list, where `abilities.can_list_missed`; else []."""

    # --- the operator's own app or account ---

    def register_hooks(self, platform: Platform) -> Talk[Health]:
        """Make it deliver to `platform.operator_hook_url`, and read back that it does."""

    def hooks(self, platform: Platform) -> Talk[Health]:
        """Where it delivers to, compared with where it should. No checks where there is nothing to be asked."""


# What can be done with a number, and what must be given for it. Repairs are deeds, too.
DEEDS: Mapping[str, tuple[str, ...]] = {
    "request_code": ("method", "language"),  # method: sms | voice
    "verify_code": ("code",),
    "register": ("pin",),
    "deregister": (),
    "set_pin": ("pin",),
    "rename": ("name",),
    "read_profile": (),
    "write_profile": ("profile",),  # {about, address, description, email, vertical, websites: [..]}, those that change
    "write_photo": ("mime_type", "data"),  # bytes
    "hand_sample": ("mime_type", "data"),  # bytes of a template's example: its handle comes as a fact
    "refresh": (),  # the token, where tokens end
    "subscribe": (),  # the business account's events to us
    "set_hook": (),  # this number's webhooks to our address, and no other level's override in the way
    "register_hooks": (),  # the app's own callback and fields, where the app is the person's
    "new_key": (),  # a provider key that was replaced elsewhere
}


# Narrow limits that several calls share: so many, in so many seconds, for the whole installation.
BUDGETS: Mapping[str, tuple[int, int]] = {"360dialog-partner": (5, 30)}


class UnknownProvider(LookupError):
    """There is no such provider, or it can't be used yet."""


_PROVIDERS: dict[str, Provider] = {each.name: each for each in (meta, dialog360, twilio)}
_ALIASES = {"facebook": "meta"}


def get(name: str) -> Provider:
    """The provider of this name or alias. Raises UnknownProvider: check with `names()` what a person typed."""
    try:
        return _PROVIDERS[canonical(name)]
    except KeyError:
        raise UnknownProvider(name) from None


def canonical(name: str) -> str:
    """The one name a provider is stored under, for any spelling of it; an unknown name comes back as it is."""
    plain = name.strip().lower()
    return _ALIASES.get(plain, plain)


def names() -> tuple[str, ...]:
    """The providers that numbers can be connected to."""
    return tuple(_PROVIDERS)


def hook_names() -> dict[str, str]:
    """Every name that may stand in /webhooks/{name}, with its provider."""
    operators = {each.operator_hook: each.name for each in _PROVIDERS.values() if each.operator_hook}
    return operators | {name: name for name in _PROVIDERS}


def all_facts() -> list[Facts]:
    """A column of the comparison page for each provider."""
    return [each.facts for each in _PROVIDERS.values()]
