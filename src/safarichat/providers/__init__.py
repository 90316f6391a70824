"""Which providers there are, and what each must offer. A provider is a module; nothing outside asks for its name."""

from collections.abc import Mapping
from typing import Protocol

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

    def authentic(self, hook: Hook, secrets: Mapping[str, str]) -> bool: ...

    def greet(self, hook: Hook, secrets: Mapping[str, str]) -> str | None: ...

    def read(self, hook: Hook) -> list[Event]: ...

    def missing_settings(self, platform: Platform) -> list[str]:
        """Names of the operator's settings without which nobody can sign up."""

    def login(self, platform: Platform, *, mode: str, state: str) -> Mapping[str, JSON]:
        """{"flow": "sdk"|"redirect"|"form", "sdk": {...}, "redirect_url": "..."} as contract §4."""

    def trusted_origins(self, platform: Platform) -> tuple[str, ...]: ...

    def session_event(self, event: str, data: JSON) -> tuple[str, Mapping[str, JSON]]: ...

    def connect(self, signup: Signup, platform: Platform) -> Talk[ConnectOutcome]: ...

    def check(self, number: Number, platform: Platform) -> Talk[Health]: ...

    def send(self, number: Number, message: Outgoing, platform: Platform) -> Talk[Outcome]: ...

    def mark_read(self, number: Number, provider_message_id: str, platform: Platform) -> Talk[Outcome]: ...

    def disconnect(
        self, number: Number, platform: Platform, *, deregister: bool, done: frozenset[str]
    ) -> Talk[StepsDone]: ...

    def register_hooks(self, platform: Platform) -> Talk[Health]:
        """Make the platform's own app deliver to `platform.hook_url`, and read back that it does."""

    def hooks(self, platform: Platform) -> Talk[Health]:
        """Where the platform's own app delivers to, compared with where it should."""
