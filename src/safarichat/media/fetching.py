"""Fetching what customers sent: each try leased in its row, told apart by what came of it, repeated with growing waits
as long as the provider keeps the file. Works as the owner role, with no transaction open while the network is."""

import logging
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import transaction
from msgspec import Struct

from safarichat import providers
from safarichat.accounts import throttles
from safarichat.ground import outbound
from safarichat.ground.addresses import Guard
from safarichat.ground.spooling import NoRoom, Spool, TooLarge
from safarichat.ground.sql import as_json, fetch
from safarichat.ground.storing import StoreAway
from safarichat.ground.talks import Answer, Call
from safarichat.media import jobs, judging, places
from safarichat.media.keeping import clean_name
from safarichat.media.models import File
from safarichat.media.sniffing import mime_of
from safarichat.numbers import calls
from safarichat.numbers.use import senders
from safarichat.providers.errors import N_
from safarichat.providers.files import GONE, TOO_LARGE, Fetched, Ref
from safarichat.providers.shapes import Abilities, Later, Problem, Refused

logger = logging.getLogger("safarichat.media")

WAITS_S = (10, 60, 300, 1800, 7200, 21600, 86400)
LEASE = timedelta(minutes=10)  # longer than a try may take
SPARE_MISSES = 5  # so many fetches may be in the air when the provider's patience ends
AFTER_A_BLOCK = timedelta(minutes=30)
NOT_READY = Problem(
    key="number_not_ready",
    message=N_("The number that this came to is not connected at the moment."),
    cure=N_("Open the number's page: it says what is missing. Then fetch it again."),
    fault="business",
    scope="number",
)
NO_ROOM = Problem(
    key="no_room",
    message=N_("There is no room left where files are kept."),
    cure=N_("Tell whoever runs this installation; then fetch it again."),
    fault="us",
    scope="message",
)
STORE_AWAY = Problem(
    key="store_away",
    message=N_("The place where files are kept does not answer."),
    cure=N_("Nothing to do: we try again by ourselves."),
    fault="us",
    scope="message",
)
CHANGED = Problem(
    key="media_differs",
    message=N_("What the provider gave us is not the file that it had announced."),
    cure=N_("Nothing to do: we try again by ourselves."),
    fault="provider",
    scope="message",
)


class Settled(Struct, frozen=True):
    """Something new is to be shown of the file that came with this message."""

    credential_id: int
    provider_message_id: str


class _Job(Struct, frozen=True):
    id: int
    account_id: int
    credential_id: int
    provider_message_id: str
    media_id: str
    url: str
    name: str
    told_sha256: str
    expires_at: datetime
    tries: int


Came = Fetched | Refused | Later


def fetch_file(file_id: int) -> Settled | None:
    """One try. None when there was nothing to do: it is here, somebody else fetches it, or its time has not come."""
    job = _lease(file_id)
    if job is None:
        return None
    with places.spool() as hand:
        came = _try(job, hand)
        if isinstance(came, Fetched):
            came = _store(job, came, hand)
    _record(job, came)
    return Settled(job.credential_id, job.provider_message_id)


def again(account_id: int, file_id: int) -> bool:
    """A person asks to fetch it once more. Inside `acting_for`; False when that makes no sense."""
    asked = File.objects.filter(account_id=account_id, pk=file_id, origin=File.Origin.INBOUND, state=File.State.FAILED)
    now = datetime.now(UTC)
    if not asked.filter(expires_at__gt=now).update(state=File.State.PENDING, tries=0, try_at=now):
        return False
    transaction.on_commit(partial(jobs.defer, [file_id]))
    return True


# --- one try ---


def _lease(file_id: int) -> _Job | None:
    rows = fetch(
        """
        UPDATE files SET try_at = clock_timestamp() + %s, tries = tries + 1
        WHERE id = %s AND state = 'pending' AND try_at <= clock_timestamp()
        RETURNING id, account_id, credential_id, provider_message_id, provider_media_id, url, name,
                  told_sha256, expires_at, tries
        """,
        LEASE,
        file_id,
    )
    return _Job(*rows[0]) if rows else None


def _try(job: _Job, hand: Spool) -> Came:
    if job.expires_at <= datetime.now(UTC):
        return Refused(GONE)
    known = senders([job.credential_id]).get(job.credential_id)
    if known is None:
        return Refused(NOT_READY)
    name, number, platform = known
    provider = providers.get(name)
    if blocked := _blocked(job.credential_id, provider.abilities):
        return blocked
    ask = partial(_ask, hand=hand, guard=judging.guard())
    try:
        noted = calls.noted(ask, calls.noting(job.account_id, job.credential_id, "fetch"))
        came = outbound.run_talk(provider.fetch_media(number, Ref(id=job.media_id, url=job.url), platform), noted)
    except NoRoom:
        return Later(NO_ROOM, "transient", 0)
    except TooLarge:
        return Refused(TOO_LARGE)
    if not isinstance(came, Fetched):
        _count_miss(job.credential_id, provider.abilities)
    return came


def _ask(call: Call, *, hand: Spool, guard: Guard) -> Answer:
    return outbound.ask(call, guard=guard if call.is_strange else None, hand=hand)


def _store(job: _Job, came: Fetched, hand: Spool) -> Came:
    digest = hand.digest.hex()
    told = job.told_sha256 or came.sha256
    if told and told != digest and job.tries == 1:
        return Later(CHANGED, "transient", 0)  # once: what exactly is hashed is not documented
    name = job.name or clean_name(came.name)
    mime_type = mime_of(hand.head, name)
    key = places.new_key(job.account_id)
    try:
        places.store().put(key, hand.chunks())
    except NoRoom:
        return Later(NO_ROOM, "transient", 0)
    except StoreAway as problem:
        logger.warning("file %d: %s", job.id, problem)
        return Later(STORE_AWAY, "transient", 0)
    kept = fetch(
        "UPDATE files SET state = 'stored', key = %s, size = %s, sha256 = %s, mime_type = %s, name = %s,"
        " stored_at = clock_timestamp(), problem = NULL, try_at = NULL WHERE id = %s AND state = 'pending' RETURNING 1",
        key,
        hand.size,
        digest,
        mime_type,
        name,
        job.id,
    )
    if not kept:  # its account was deleted meanwhile, or it took so long that somebody else was quicker
        places.store().drop(key)
    return came


def _record(job: _Job, came: Came) -> None:
    if isinstance(came, Fetched):
        return
    state, wait = _next(job, came)
    logger.info("file %d: try %d, %s (%s)", job.id, job.tries, state, came.problem.key)
    fetch(
        "UPDATE files SET state = %s, problem = %s::jsonb, tries = %s::int, try_at = clock_timestamp() + %s"
        " WHERE id = %s AND state = 'pending'",
        state,
        as_json(came.problem),
        job.tries - (came.problem.key == BLOCKED.key),
        wait,
        job.id,
    )


def _next(job: _Job, came: Refused | Later) -> tuple[str, timedelta | None]:
    if came.problem.key == GONE.key:
        return "expired", None
    if isinstance(came, Refused):
        return "failed", None
    if came.problem.key == BLOCKED.key:
        return "pending", AFTER_A_BLOCK
    if job.tries > len(WAITS_S):
        return "failed", None
    wait = timedelta(seconds=max(WAITS_S[job.tries - 1], came.after_s))
    return ("pending", wait) if datetime.now(UTC) + wait < job.expires_at else ("failed", None)


# --- what the provider bears ---

BLOCKED = Problem(
    key="media_fetches_paused",
    message=N_("Too many files of this number could not be fetched: the provider would block all others."),
    cure=N_("Nothing to do: we go on by ourselves within half an hour."),
    fault="provider",
    scope="number",
)


def _blocked(credential_id: int, abilities: Abilities) -> Later | None:
    most, within_s = abilities.media_misses
    if not most or throttles.count(_misses(credential_id), per_s=within_s) < most - SPARE_MISSES:
        return None
    return Later(BLOCKED, "throttled", AFTER_A_BLOCK.total_seconds())


def _count_miss(credential_id: int, abilities: Abilities) -> None:
    most, within_s = abilities.media_misses
    if most:
        throttles.allow(_misses(credential_id), limit=most * 10, per_s=within_s)


def _misses(credential_id: int) -> str:
    return f"media misses of {credential_id}"
