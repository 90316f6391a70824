"""What a provider can do, and what choosing it means: data that pages and verbs read instead of asking for a name."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct


class Field(Struct, frozen=True, kw_only=True):
    """One thing that a person types into the wizard. A `secret` one is sealed at once and never shown again;
    `pattern` is a regular expression for the whole value; sentences are translatable."""

    name: str
    label: str
    help: str = ""
    placeholder: str = ""
    is_secret: bool = False
    is_required: bool = True
    pattern: str = r"\S{1,500}"


class Way(Struct, frozen=True, kw_only=True):
    """One way to connect a number: `flow` says how the browser goes it (contract §4), `fields` what the person types.

    `has_own_hooks`: webhooks of a number connected this way come to an address of its own (`/webhooks/…/{key}`).
    `is_for_staff`: only whoever runs the installation may go it.
    """

    mode: str
    label: str
    summary: str
    flow: Literal["sdk", "redirect", "form"]
    you_need: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    has_own_hooks: bool = False
    is_for_staff: bool = False


class Abilities(Struct, frozen=True, kw_only=True):
    """What the console and the API ask before they offer something.

    `carried_without` says what gets lost of a kind that is carried all the same; `refused` why a kind is not carried:
    both by message type or, for interactive ones, by their own type;
    `lacks` why one of the deeds (see `providers.Provider.deeds`) is not there; `profile_fields` may be written.
    """

    kinds: frozenset[str]  # message types carried
    carried_without: Mapping[str, tuple[str, ...]] = {}
    refused: Mapping[str, str] = {}
    lacks: Mapping[str, str] = {}
    profile_fields: tuple[str, ...] = ()
    can_add_number: bool = False  # while it is being connected
    can_register: bool = False
    can_mark_read: bool = False
    can_show_typing: bool = False
    can_list_missed: bool = False
    has_greeting: bool = True  # each account has Meta's approved template hello_world
    speaks_cloud_api: bool = False  # a message object goes to it as it is, also of a kind that is not known here
    fetches_media_by_id: bool = False
    takes_links_only: bool = False  # media go by a link that the provider fetches
    media_misses: tuple[int, int] = (0, 0)  # so many failed fetches in so many seconds block all others; 0: any
    longest_text: int = 4096
    throughput_mps: int = 80
    pair_interval_s: float = 6.0
    ways: tuple[Way, ...] = ()

    @property
    def modes(self) -> tuple[str, ...]:
        return tuple(way.mode for way in self.ways)

    def way(self, mode: str) -> Way | None:
        return next((way for way in self.ways if way.mode == mode), None)


class Facts(Struct, frozen=True, kw_only=True):
    """A column of the comparison page; every sentence is translatable."""

    name: str
    label: str
    summary: str
    best_for: str
    you_need: tuple[str, ...]
    who_bills: str
    time: str
    limits: str
    works_with_phone_app: str
    pros: tuple[str, ...]
    cons: tuple[str, ...]
    docs_url: str
    is_available: bool
    badge: str = ""
    coexistence: str = ""
    abilities_told: tuple[str, ...] = ()
    # Of: price, support, one_bill, phone_app, nothing_yet, platform, own_app, every_kind. See console/choosing.py.
    suits: tuple[str, ...] = ()
