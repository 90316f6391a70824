"""Onboarding at Twilio, in its three ways; it goes on from where an earlier try stopped (reference §2, §11, §12)."""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from safarichat.providers.errors import N_
from safarichat.providers.meta import problems as meta_problems
from safarichat.providers.shapes import Connected, ConnectFailed, ConnectOutcome, Platform, Signup, Talk
from safarichat.providers.twilio import own, problems, senders, subaccounts, window
from safarichat.providers.twilio.making import make_sender
from safarichat.providers.twilio.rest import ask, is_ok, node
from safarichat.providers.twilio.signup import missing_settings
from safarichat.providers.twilio.walk import Step, Walk

BY_TWILIO = N_("Twilio registers the number itself.")


def connect(signup: Signup, platform: Platform) -> Talk[ConnectOutcome]:
    if missing := missing_settings(platform, signup.mode):
        problem = replace(meta_problems.SETTINGS_MISSING, details=", ".join(missing))
        problem = replace(problem, message=N_("This installation is not set up for this way to Twilio yet."))
        return ConnectFailed(step="started", problem=problem)
    walk = Walk(signup, platform)
    for step in (*_BEGINNINGS.get(signup.mode, _BEGINNINGS["signup"]), set_hook, read_profile):
        if outcome := (yield from step(walk)):
            return outcome
    if walk.fact("account_mode") == "Trial":
        walk.warnings.append(problems.TRIAL)
    return Connected(
        phone_number_id=walk.fact("phone_number_id"),
        waba_id=walk.fact("waba_id"),
        status=walk.status(),
        facts=walk.facts,
        warnings=tuple(walk.warnings),
    )


def set_hook(walk: Walk) -> Step:
    """Set where it differs, and read back: what Twilio answers to a change is a part only."""
    if walk.has_done("subscribed"):
        return None
    if problem := senders.address_problem(walk.platform.hook_url):
        walk.warnings.append(replace(problem, number_status="attention"))
        yield walk.progress("subscribed", state="failed", message=problem.message)
        return None
    sid, place = walk.fact("channel_id"), walk.platform
    answer = yield from ask(senders.call(place, walk.account, "read sender", "GET", sid))
    if is_ok(answer) and senders.hook_problem(senders.plain(node(answer)), place.hook_url):
        body = {"webhook": senders.hook_body(place.hook_url)}
        answer = yield from ask(senders.call(place, walk.account, "set webhook", "POST", sid, body))
        if is_ok(answer):
            answer = yield from ask(senders.call(place, walk.account, "read sender", "GET", sid))
    if not is_ok(answer):
        return walk.failed("subscribed", answer)
    sender = senders.plain(node(answer))
    if problem := senders.hook_problem(sender, place.hook_url):
        walk.warnings.append(replace(problem, number_status="attention"))
        yield walk.progress("subscribed", senders.facts_of(sender), state="failed", message=problem.message)
    else:
        yield walk.progress("subscribed", {**senders.facts_of(sender), "is_subscribed": True})
    if not walk.has_done("registered") and walk.signup.mode in ("keys", "operator"):
        yield walk.progress("registered", state="skipped", message=BY_TWILIO)
    return None


def read_profile(walk: Walk) -> Step:
    """It stood at the sender."""
    yield walk.progress("profile_read")
    return None


_BEGINNINGS: Mapping[str, tuple[Callable[[Walk], Step], ...]] = {
    "keys": (own.take_account, own.look_at_account, own.choose),
    "operator": (own.take_account, own.look_at_account, own.choose),
    "signup": (window.sign_in, window.exchange, window.choose, subaccounts.find_or_make, make_sender),
}
