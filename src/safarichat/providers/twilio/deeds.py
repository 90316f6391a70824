"""What can be done with a sender: its webhook, its verification, its name and profile (reference §11)."""

from collections.abc import Mapping

from safarichat.providers.cloud_api.loose import digits, mapping, text
from safarichat.providers.errors import N_
from safarichat.providers.shapes import JSON, Act, Answer, Deed, Done, Number, Platform, Refused, Talk
from safarichat.providers.twilio import problems, senders, services
from safarichat.providers.twilio.errors import classify
from safarichat.providers.twilio.profiles import changes_to
from safarichat.providers.twilio.rest import Account, account_of, ask, is_ok, node
from safarichat.providers.twilio.senders import Sender

DELIVERS = N_("Twilio delivers here again.")
VERIFIED = N_("The number is verified.")
NAMED = N_("WhatsApp looks at the new name; until then customers see the old one.")


def set_hook(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    if problem := senders.address_problem(platform.hook_url):
        return Refused(problem)
    account = account_of(platform)
    sender = yield from _sender(number, platform, account)
    if not isinstance(sender, dict):
        return sender
    answer = yield from _change(platform, account, sender, {"webhook": senders.hook_body(platform.hook_url)})
    service = yield from services.overriding(platform, account, sender) if is_ok(answer) else _nothing()
    if service:
        answer = yield from services.leave_to_sender(platform, account, service)
    if not is_ok(answer):
        return classify(answer)
    return Done(message=DELIVERS, facts={"hook_url": platform.hook_url})


def _nothing() -> Talk[None]:
    yield from ()


def _sender(number: Number, platform: Platform, account: Account) -> Talk[dict[str, JSON] | Deed]:
    sender, failure = yield from senders.find(platform, account, number)
    if sender:
        return sender
    return classify(failure) if failure is not None else Refused(problems.SENDER_GONE)


def _change(platform: Platform, account: Account, sender: Sender, body: JSON) -> Talk[Answer]:
    return (yield from ask(senders.call(platform, account, "change sender", "POST", text(sender, "sid"), body)))


def verify_code(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    body = {"configuration": {"verification_code": digits(text(given, "code"))}}
    done = yield from _changed(number, platform, body, VERIFIED)
    if isinstance(done, Refused) and done.problem.key not in ("sender_gone", "object_unreachable"):
        return Refused(problems.CODE_WRONG)
    return done


def rename(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    return (yield from _changed(number, platform, {"profile": {"name": text(given, "name").strip()}}, NAMED))


def read_profile(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    sender = yield from _sender(number, platform, account_of(platform))
    return Done(facts={"profile": {}} | senders.facts_of(sender)) if isinstance(sender, dict) else sender


def write_profile(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    return (yield from _changed(number, platform, {"profile": changes_to(mapping(given, "profile"))}))


def _changed(number: Number, platform: Platform, body: JSON, message: str = "") -> Talk[Deed]:
    """Change it and read it again: the answer to a change tells a part of the sender only."""
    account = account_of(platform)
    sender = yield from _sender(number, platform, account)
    if not isinstance(sender, dict):
        return sender
    answer = yield from _change(platform, account, sender, body)
    if is_ok(answer):
        answer = yield from ask(senders.call(platform, account, "read sender", "GET", text(sender, "sid")))
    if not is_ok(answer):
        return classify(answer)
    return Done(message=message, facts=senders.facts_of(senders.plain(node(answer))))


DEEDS: Mapping[str, Act] = {
    "set_hook": set_hook,
    "verify_code": verify_code,
    "rename": rename,
    "read_profile": read_profile,
    "write_profile": write_profile,
}
