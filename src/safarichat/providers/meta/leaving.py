"""Undoing a connection (reference §2.7, §3.1). It ends in any case: what Meta no longer lets us do is told."""

from safarichat.providers.cloud_api.errors import problem_of
from safarichat.providers.cloud_api.loose import text
from safarichat.providers.errors import N_
from safarichat.providers.meta.callbacks import OBJECT, is_own_app
from safarichat.providers.meta.graph import app_of, app_token, ask, graph, is_ok, listed, token_of
from safarichat.providers.shapes import Answer, Number, Platform, Progress, StepsDone, Talk

NO_ACCESS = frozenset(
    {"token_invalid", "token_expired", "token_revoked", "app_removed", "permission_denied", "object_unreachable"}
)
UNSUBSCRIBED = N_("Meta sends us no more events of this account.")
DEREGISTERED = N_("The number is no longer registered for sending.")
NOTHING_LEFT = N_("We have no access to this account any more: there is nothing left to undo.")
UNHOOKED = N_("The app at Meta delivers nothing to our address any more.")
APP_NEEDED = N_("Another connected number needs the app's events: they go on.")
ELSEWHERE = N_("The app at Meta delivers to another address, which stays as it is.")
KEPT = N_("Another connected number of this account needs its events: they go on.")
ON_PHONE = N_("The number lives in the WhatsApp Business app and stays there.")
NOT_REGISTERED = N_("The number was not registered.")


def disconnect(number: Number, platform: Platform, *, deregister: bool, done: frozenset[str]) -> Talk[StepsDone]:
    steps = []
    if deregister:
        step = yield from _deregister(number, platform, done)
        yield step
        steps.append(step)
    step = yield from _unsubscribe(number, platform, done)
    yield step
    steps.append(step)
    if is_own_app(platform):
        step = yield from _unhook(platform, done)
        yield step
        steps.append(step)
    return StepsDone(tuple({"step": each.step, "state": each.state, "message": each.message} for each in steps))


def _deregister(number: Number, platform: Platform, done: frozenset[str]) -> Talk[Progress]:
    if "deregistered" in done:
        return Progress(step="deregistered", message=DEREGISTERED)
    if number.facts.get("is_on_phone_app") is True:
        return Progress(step="deregistered", state="skipped", message=ON_PHONE)
    answer = yield from _ask(number, platform, "deregister number", "POST", f"{number.phone_number_id}/deregister")
    if not is_ok(answer) and problem_of(answer).key == "not_registered":
        return Progress(step="deregistered", state="skipped", message=NOT_REGISTERED)
    return _told("deregistered", answer, DEREGISTERED)


def _unsubscribe(number: Number, platform: Platform, done: frozenset[str]) -> Talk[Progress]:
    if "unsubscribed" in done:
        return Progress(step="unsubscribed", state="skipped", message=KEPT)
    answer = yield from _ask(number, platform, "unsubscribe account", "DELETE", f"{number.waba_id}/subscribed_apps")
    return _told("unsubscribed", answer, UNSUBSCRIBED)


def _unhook(platform: Platform, done: frozenset[str]) -> Talk[Progress]:
    """A person's own app delivers to an address here that nobody answers any more."""
    if "unhooked" in done:
        return Progress(step="unhooked", state="skipped", message=APP_NEEDED)
    path = f"{platform['META_APP_ID']}/subscriptions"
    answer = yield from ask(graph(platform, "read webhook", "GET", path, app_token(platform)))
    if is_ok(answer):
        if platform.hook_url not in [text(each, "callback_url") for each in listed(answer)]:
            return Progress(step="unhooked", state="skipped", message=ELSEWHERE)
        form = {"object": OBJECT}
        answer = yield from ask(graph(platform, "remove webhook", "DELETE", path, app_token(platform), query=form))
    return _told("unhooked", answer, UNHOOKED)


def _ask(number: Number, platform: Platform, name: str, method: str, path: str) -> Talk[Answer]:
    return (yield from ask(graph(platform, name, method, path, token_of(number), app_id=app_of(number))))


def _told(step: str, answer: Answer, success: str) -> Progress:
    if is_ok(answer):
        return Progress(step=step, message=success)
    problem = problem_of(answer)
    if problem.key in NO_ACCESS:
        return Progress(step=step, state="skipped", message=NOTHING_LEFT)
    return Progress(step=step, state="failed", message=problem.message)
