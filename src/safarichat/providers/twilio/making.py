"""Making a sender for a number that Meta's window shared, through all of Twilio's states (reference §11, §12)."""

from safarichat.providers.cloud_api.loose import digits, mapping, text
from safarichat.providers.errors import N_
from safarichat.providers.shapes import Answer, ConnectFailed, NeedsCode, NeedsNumber, Refused, Talk
from safarichat.providers.twilio import problems, senders
from safarichat.providers.twilio.errors import classify
from safarichat.providers.twilio.rest import ask, is_ok, node
from safarichat.providers.twilio.senders import Sender
from safarichat.providers.twilio.walk import Step, Walk, failed

LOOK_AGAIN_S, LOOK_AFTER_REVIEW_S = 10.0, 300.0
VERIFIED = N_("The number is verified.")
REGISTERED = N_("Twilio has made the sender: it is online.")


def make_sender(walk: Walk) -> Step:
    if walk.has_done("registered"):
        return None
    if not walk.fact("channel_id") and (stopped := (yield from _find_or_make(walk))):
        return stopped
    sender = yield from _read(walk)
    if isinstance(sender, ConnectFailed):
        return sender
    if senders.status_of(sender) == senders.PENDING and (code := digits(text(walk.signup.data, "code"))):
        body = {"configuration": {"verification_code": code}}
        answer = yield from ask(
            senders.call(walk.platform, walk.account, "verify number", "POST", walk.fact("channel_id"), body)
        )
        if not is_ok(answer):
            return _not_verified(walk, answer)
        session = {**mapping(walk.facts, "session"), "code_given": True}
        yield walk.progress("verified", {"session": session}, state="waiting")
        sender = yield from _read(walk)
        if isinstance(sender, ConnectFailed):
            return sender
    if stopped := _state(walk, sender):
        return stopped
    yield walk.progress("verified", message=VERIFIED)
    yield walk.progress("registered", senders.facts_of(sender), message=REGISTERED)
    return None


def _find_or_make(walk: Walk) -> Step:
    """(!) Making one is not repeatable: after a lost answer it may be there."""
    found = yield from senders.listing(walk.platform, walk.account)
    if found.failure is not None:
        return walk.failed("registered", found.failure)
    phone = digits(walk.fact("display_phone_number"))
    sender = next((each for each in found.items if senders.phone_in(each) == phone), None)
    if sender is None:
        body = senders.new(phone, walk.fact("waba_id"), walk.fact("verified_name"), walk.platform.hook_url)
        answer = yield from ask(senders.call(walk.platform, walk.account, "make sender", "POST", json=body))
        sender = senders.plain(node(answer))
        if not text(sender, "sid"):
            return walk.failed("registered", answer)
    yield walk.progress("registered", {"channel_id": text(sender, "sid")}, state="waiting")
    return None


def _read(walk: Walk) -> Talk[Sender | ConnectFailed]:
    answer = yield from ask(senders.call(walk.platform, walk.account, "read sender", "GET", walk.fact("channel_id")))
    return senders.plain(node(answer)) if is_ok(answer) else walk.failed("registered", answer)


def _not_verified(walk: Walk, answer: Answer) -> NeedsCode | ConnectFailed:
    outcome = classify(answer)
    return NeedsCode(problems.CODE_WRONG) if isinstance(outcome, Refused) else failed("verified", outcome)


def _state(walk: Walk, sender: Sender) -> NeedsCode | NeedsNumber | ConnectFailed | None:
    """What has to happen before it can be used: time, the number's code, or something that a person does elsewhere."""
    problem = senders.problem_of(sender)
    match senders.status_of(sender):
        case _ if problem is None:
            return None
        case senders.PENDING:  # (!) a wrong code is taken, and told by falling back to this state
            was_given = mapping(walk.facts, "session").get("code_given") is True
            return NeedsCode(problems.CODE_WRONG if was_given else problem)
        case senders.REVIEW:
            return ConnectFailed(step="registered", problem=problem, may_resume=True, after_s=LOOK_AFTER_REVIEW_S)
        case status if status in senders.BEING_MADE:
            return ConnectFailed(step="registered", problem=problem, may_resume=True, after_s=LOOK_AGAIN_S)
    return NeedsNumber(problem)
