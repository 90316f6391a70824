"""Undoing a connection: the sender's webhook, and the sender where we made it (reference §11)."""

from safarichat.providers.cloud_api.loose import text
from safarichat.providers.errors import N_
from safarichat.providers.shapes import Answer, Number, Platform, Progress, StepsDone, Talk
from safarichat.providers.twilio import senders
from safarichat.providers.twilio.errors import classify
from safarichat.providers.twilio.rest import Account, account_of, ask, is_ok
from safarichat.providers.twilio.senders import Sender

CLEARED = N_("Twilio delivers this number's messages here no more.")
GOES_ELSEWHERE = N_("Twilio delivered this number's messages elsewhere already: that stays as it is.")
NOTHING_LEFT = N_("We have no access to this account any more: there is nothing left to undo.")
REMOVED = N_("The sender that we made is removed at Twilio. The account made for it stays there, empty and free.")
THEIRS = N_("The sender is your own account's: remove it in Twilio's console if it is not needed.")
NO_ACCESS = frozenset({"token_invalid", "account_suspended", "object_unreachable"})
NO_HOOK = {"callback_url": "", "status_callback_url": ""}


def disconnect(number: Number, platform: Platform, *, deregister: bool, done: frozenset[str]) -> Talk[StepsDone]:
    """(!) The webhook is the sender's own, so that it ends also where other numbers of the account live on."""
    account = account_of(platform)
    steps = [(yield from _clear_hook(number, platform, account, done))]
    yield steps[0]
    if deregister and steps[0].state != "failed":
        steps.append((yield from _remove(number, platform, account, done)))
        yield steps[1]
    return StepsDone(tuple({"step": each.step, "state": each.state, "message": each.message} for each in steps))


def _clear_hook(number: Number, platform: Platform, account: Account, done: frozenset[str]) -> Talk[Progress]:
    step = "webhook_cleared"
    if step in done:
        return Progress(step=step, message=CLEARED)
    sender, failure = yield from senders.find(platform, account, number)
    if failure is not None:
        return _told(step, failure)
    if not sender:
        return Progress(step=step, state="skipped", message=NOTHING_LEFT)
    if not _is_ours(sender, platform):
        return Progress(step=step, state="skipped", message=GOES_ELSEWHERE)
    path = text(sender, "sid")
    answer = yield from ask(senders.call(platform, account, "clear webhook", "POST", path, {"webhook": NO_HOOK}))
    return Progress(step=step, message=CLEARED) if is_ok(answer) else _told(step, answer)


def _is_ours(sender: Sender, platform: Platform) -> bool:
    return str(senders.facts_of(sender).get("hook_url", "")) == platform.hook_url


def _remove(number: Number, platform: Platform, account: Account, done: frozenset[str]) -> Talk[Progress]:
    step = "deregistered"
    if step in done:
        return Progress(step=step, message=REMOVED)
    if number.facts.get("client_id") != account.sid:
        return Progress(step=step, state="skipped", message=THEIRS)
    sid = str(number.facts.get("channel_id") or "")
    answer = yield from ask(senders.call(platform, account, "remove sender", "DELETE", sid))
    return Progress(step=step, message=REMOVED) if is_ok(answer) else _told(step, answer)


def _told(step: str, answer: Answer) -> Progress:
    problem = classify(answer).problem
    if problem.key in NO_ACCESS:
        return Progress(step=step, state="skipped", message=NOTHING_LEFT)
    return Progress(step=step, state="failed", message=problem.message)
