"""Which providers there are, and what each must offer. A provider is a module; nothing outside asks for its name."""

from collections.abc import Mapping
from typing import Protocol

from safarichat.providers import dialog360, meta, twilio
from safarichat.providers.shapes import (
    JSON,
    Abilities,
    ConnectOutcome,
    Event,
    Facts,
    Health,
    Hook,
    Number,
    Outcome,
    Outgoing,
    Platform,
    Signup,
    StepsDone,
    Talk,
)


class Provider(Protocol):
    """What the rest of the house may ask of a provider. Every function is pure; a talk is driven by its caller."""

    name: str
    facts: Facts
    abilities: Abilities

    def authentic(self, hook: Hook, secrets: Mapping[str, str]) -> bool:
        """Did the provider send this? `secrets` are the platform's settings by their names, or those of a person's own
        app under the same names."""

    def greet(self, hook: Hook, secrets: Mapping[str, str]) -> str | None:
        """What to answer to the handshake of a new webhook address; None: refuse it."""

    def read(self, hook: Hook) -> list[Event]:
        """What a webhook says, in its order. Never raises: what can't be read is an `Unreadable` beside the rest."""

    def missing_settings(self, platform: Platform) -> list[str]:
        """Names of the operator's settings without which nobody can sign up."""

    def login(self, platform: Platform, *, mode: str, state: str) -> Mapping[str, JSON]:
        """{"flow": "sdk"|"redirect"|"form", "sdk": {...}, "redirect_url": "..."} as contract §4."""

    def trusted_origins(self, platform: Platform) -> tuple[str, ...]:
        """Who may post window messages to the wizard: origins, one of them maybe with a leading `*.` in its host."""

    def session_event(self, event: str, data: JSON) -> tuple[str, Mapping[str, JSON]]:
        """What the browser brought (`data` as JSON string or object), cleaned: to be put into `Signup`, whose `connect`
        answers a cancelled one with the right problem and without a call. Not understood: ("", {})."""

    def connect(self, signup: Signup, platform: Platform) -> Talk[ConnectOutcome]: ...

    def check(self, number: Number, platform: Platform) -> Talk[Health]: ...

    def send(self, number: Number, message: Outgoing, platform: Platform) -> Talk[Outcome]: ...

    def mark_read(self, number: Number, provider_message_id: str, platform: Platform) -> Talk[Outcome]: ...

    def disconnect(
        self, number: Number, platform: Platform, *, deregister: bool, done: frozenset[str]
    ) -> Talk[StepsDone]:
        """Undo what `connect` did. Give `done={"unsubscribed"}` when another live number uses the same business
        account: the subscription is the account's, not the number's."""

    def register_hooks(self, platform: Platform) -> Talk[Health]:
        """Make the platform's own app deliver to `platform.hook_url`, and read back that it does."""

    def hooks(self, platform: Platform) -> Talk[Health]:
        """Where the platform's own app delivers to, compared with where it should."""


class UnknownProvider(LookupError):
    """There is no such provider, or it can't be used yet."""


_PROVIDERS: dict[str, Provider] = {"meta": meta}
_ALIASES = {"facebook": "meta"}
_FACTS = (meta.facts, dialog360.facts, twilio.facts)


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


def all_facts() -> list[Facts]:
    """A column of the comparison page for each provider, also for those that can't be used yet."""
    return list(_FACTS)
