"""Scheduled work: what ends with time. Each task may run twice, or late, without harm."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from django.conf import settings
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from safarichat.accounts.cleaning import clean
from safarichat.doctor.polling import poll
from safarichat.endpoints import mailing, watching
from safarichat.endpoints.clearing import clear as clear_deliveries
from safarichat.ground.batching import drop_broken_connection, with_fresh_connection
from safarichat.inbox import catching_up
from safarichat.inbox.clearing import clear
from safarichat.inbox.replaying import replay_for_new_numbers
from safarichat.media import handing, jobs, keeping
from safarichat.media.clearing import clear as clear_files
from safarichat.media.fetching import fetch_file
from safarichat.message_templates.syncing import sync_due
from safarichat.messaging import once, portfolios
from safarichat.messaging.announcing import announce_message
from safarichat.messaging.clearing import clear as clear_messages
from safarichat.messaging.expiring import expire
from safarichat.messaging.settling import resend
from safarichat.numbers import calls, disconnecting, tokens
from safarichat.numbers.carrying_on import carry_on_stuck
from safarichat.numbers.expiring import forget_codes
from safarichat.numbers.history import forget_old
from safarichat.numbers.renewing import renew


def _clear_messages() -> int:
    return clear_messages(
        evidence_days=settings.SAFARICHAT_KEEP_EVIDENCE_DAYS, message_days=settings.SAFARICHAT_KEEP_MESSAGES_DAYS
    )


def _clear_files() -> int:
    return clear_files(
        file_days=settings.SAFARICHAT_KEEP_FILES_DAYS, message_days=settings.SAFARICHAT_KEEP_MESSAGES_DAYS
    )


AFTER_AN_OUTAGE = "safarichat.catch_up_after_an_outage"
SCHEDULE: dict[str, tuple[str, Callable[[], object]]] = {
    # name → when (minutes, or with seconds as a sixth field), what
    "forget_codes": ("* * * * * */20", forget_codes),
    "carry_on_stuck": ("* * * * * */10", carry_on_stuck),
    "replay_for_new_numbers": ("* * * * * */20", replay_for_new_numbers),
    "expire_messages": ("* * * * * */20", expire),
    "resend_unconfirmed": ("* * * * *", resend),
    "forget_recipients": ("23 * * * *", portfolios.forget),
    "watch_tokens": ("*/10 * * * *", tokens.watch),
    "go_on_disconnecting": ("* * * * *", disconnecting.go_on),
    "renew_sign_ins": ("7 * * * *", renew),
    "catch_up": ("*/10 * * * *", catching_up.catch_up),
    "sync_templates": ("* * * * * */20", sync_due),
    "poll_numbers": ("* * * * *", poll),
    "fetch_due_files": ("* * * * * */20", jobs.defer_due),
    "clear_files": ("47 * * * *", _clear_files),
    "drop_unused_files": ("13 * * * *", lambda: keeping.drop_unused(datetime.now(UTC))),
    "drop_orphaned_files": ("37 4 * * *", keeping.drop_orphans),
    "forget_uploads": ("7 5 * * *", handing.forget_expired),
    "forget_number_history": ("29 3 * * *", forget_old),
    "forget_calls": ("27 * * * *", lambda: calls.forget(settings.SAFARICHAT_KEEP_HOOKS_DAYS)),
    "clear_hooks": ("17 * * * *", lambda: clear(settings.SAFARICHAT_KEEP_HOOKS_DAYS)),
    "tell_of_numbers": ("* * * * * */10", watching.tell_of_numbers),
    "tell_of_links": ("* * * * * */10", watching.tell_of_links),
    "clear_deliveries": ("57 * * * *", clear_deliveries),
    "tell_of_endpoints_off": ("*/5 * * * *", mailing.tell_owners),
    "clear_messages": ("37 * * * *", _clear_messages),
    "forget_idempotency_keys": ("37 * * * *", lambda: once.forget(datetime.now(UTC))),
    "clean_accounts": ("43 * * * *", lambda: clean(datetime.now(UTC))),
}


def register() -> None:
    """Make the tasks known to Procrastinate, once the Django app is ready."""
    for name, (when, verb) in SCHEDULE.items():
        task = app.task(name=f"safarichat.{name}", queueing_lock=name, pass_context=False)(_in_thread(verb))
        app.periodic(cron=when, periodic_id=name)(task)
    name = AFTER_AN_OUTAGE
    app.task(name=name, queueing_lock=name, pass_context=False)(_in_thread(catching_up.after_an_outage))
    app.task(name=jobs.TASK, queue=jobs.QUEUE, pass_context=False)(_fetch_file)


def ask_what_was_missed() -> None:
    """For whoever begins to work, or sees the database again: one look for all who begin at once."""
    with_fresh_connection()
    with suppress(AlreadyEnqueued):
        app.configure_task(AFTER_AN_OUTAGE, queueing_lock=AFTER_AN_OUTAGE).defer(timestamp=int(time.time()))


def _fetch_file(file_id: int) -> None:
    _fresh(lambda: _fetch_and_show(file_id))


def _fetch_and_show(file_id: int) -> None:
    if settled := fetch_file(file_id):
        announce_message(settled.credential_id, settled.provider_message_id)


def _in_thread(verb: Callable[[], object]) -> Callable[[int], None]:
    """Procrastinate runs a plain function in a thread, whose connection may have lain about since the last time."""

    def run(timestamp: int) -> None:
        _fresh(verb)

    return run


def _fresh(verb: Callable[[], object]) -> None:
    with_fresh_connection()
    try:
        verb()
    except Exception as error:
        drop_broken_connection(error)
        raise
