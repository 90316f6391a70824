"""The files that a message names, judged before it is queued and again before it leaves: ours are in our table and
nobody else's, links lead to no private network."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from time import monotonic

from django.conf import settings
from msgspec import Struct
from msgspec.structs import replace

from safarichat.ground import outbound
from safarichat.ground.addresses import Guard
from safarichat.ground.sql import JSON, fetch
from safarichat.media.referring import Place, files
from safarichat.providers.cloud_api.outgoing import NEEDS_LINK
from safarichat.providers.errors import N_
from safarichat.providers.shapes import Abilities, Problem

UNKNOWN_FILE = Problem(
    key="file_unknown",
    code=131009,
    message=N_("The file of this message is not kept here, or not any more."),
    cure=N_("Attach it again."),
    fault="business",
    scope="message",
)
PRIVATE_LINK = Problem(
    key="link_not_public",
    code=131053,
    message=N_("This link leads to a private network, from where no file can be taken."),
    cure=N_("Give a link that opens from anywhere, or upload the file."),
    fault="business",
    scope="message",
)
LINKS_ONLY = Problem(
    key="media_by_link_only",
    code=131009,
    message=NEEDS_LINK,
    cure=N_("Give a public link, or upload the file here and give its id."),
    fault="business",
    scope="message",
)
KNOWN_FOR_S = 60  # how long it is remembered where a name leads


class Asked(Struct, frozen=True):
    """A message and what its provider can do."""

    body: Mapping[str, JSON]
    abilities: Abilities


class Ours(Struct, frozen=True):
    """`stored`: an account's files that are here, of those asked for. `last`: the newest id that we have ever given."""

    stored: frozenset[int]
    last: int
    first: int = 100_000_000_000_001

    def problem(self, place: Place, abilities: Abilities, *, resolving: bool) -> Problem | None:
        """Of a file named by a link, or by an id: one of ours, or else one that the provider gave, if he gives any."""
        if place.link:
            return _link_problem(place, resolving=resolving)
        if place.own_id in self.stored:
            return None
        if place.own_id is not None and self.first <= place.own_id <= self.last:
            return replace(UNKNOWN_FILE, details=place.field)
        if abilities.takes_links_only:
            message = abilities.refused.get("media_id", LINKS_ONLY.message)
            return replace(LINKS_ONLY, message=message, details=place.field)
        return None


def problems(account_id: int, asked: Mapping[int, Asked]) -> dict[int, Problem]:
    """What is wrong with the files of messages that are to be queued. Inside `acting_for`; asks nobody outside."""
    named = {index: found for index, one in asked.items() if (found := files(one.body))}
    if not named:
        return {}
    ours = among(account_id, {place.own_id for found in named.values() for place in found if place.own_id is not None})
    told = {}
    for index, places in named.items():
        for place in places:
            if problem := ours.problem(place, asked[index].abilities, resolving=False):
                told[index] = problem
                break
    return told


def among(account_id: int, ids: Collection[int]) -> Ours:
    if not ids:
        return Ours(frozenset(), 0)
    rows = fetch(
        "SELECT pg_sequence_last_value(pg_get_serial_sequence('files', 'id')),"
        " array(SELECT id FROM files WHERE account_id = %s AND id = ANY(%s::bigint[]) AND state = 'stored')",
        account_id,
        list(ids),
    )
    return Ours(frozenset(rows[0][1]), rows[0][0] or 0)


def guard() -> Guard:
    return Guard.from_setting(",".join(settings.SAFARICHAT_ALLOWED_PRIVATE_NETWORKS))


def _link_problem(place: Place, *, resolving: bool) -> Problem | None:
    """Whoever fetches it, a provider far away or one that is nearby: no link opens a door of our own network."""
    if resolving:
        is_public = _is_public(place.link, guard(), int(monotonic() // KNOWN_FOR_S))
    else:
        is_public = outbound.is_admitted(place.link, guard(), resolving=False)
    return None if is_public else replace(PRIVATE_LINK, details=place.field)


@lru_cache(1000)
def _is_public(link: str, guard: Guard, _minute: int) -> bool:
    return outbound.is_admitted(link, guard)
