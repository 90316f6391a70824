"""Reading back what is really so at Twilio: account, sender, webhook and last message (reference §2, §11)."""

from msgspec.structs import replace

from safarichat.providers.cloud_api.loose import mappings, text, whole
from safarichat.providers.errors import N_
from safarichat.providers.findings import Findings, is_passing
from safarichat.providers.shapes import Answer, Health, Number, Platform, Problem, Talk
from safarichat.providers.twilio import problems, senders, services
from safarichat.providers.twilio.addresses import sender_address
from safarichat.providers.twilio.errors import classify, told
from safarichat.providers.twilio.own import account_problem
from safarichat.providers.twilio.rest import Account, account_of, api, ask, is_ok, node
from safarichat.providers.twilio.senders import Sender

GOOD = {
    "token": N_("Twilio accepts the account's sign-in."),
    "account": N_("The Twilio account is active."),
    "number": N_("The sender is online."),
    "quality": N_("The number's quality is not low."),
    "webhook": N_("What customers write, and statuses, are delivered to our address."),
    "sending": N_("WhatsApp took the last message of this number."),
}
FAILED = ("failed", "undelivered")


def check(number: Number, platform: Platform) -> Talk[Health]:
    findings, account = Findings(GOOD), account_of(platform)
    yield from _look_at_account(number, platform, account, findings)
    if not _may_go_on(findings, account):
        return findings.health()
    if sender := (yield from _look_at_sender(number, platform, account, findings)):
        yield from _look_at_hook(platform, account, sender, findings)
        yield from _look_at_last_message(number, platform, account, findings)
    return findings.health()


def _may_go_on(findings: Findings, account: Account) -> bool:
    """An API key works on when the token has been replaced."""
    status = findings.health().status
    return not findings.is_cut_short and status != "suspended" and (account.has_key or status != "reauth_required")


def _look_at_account(number: Number, platform: Platform, account: Account, findings: Findings) -> Talk[None]:
    """By the auth token, since that is what webhooks are signed with. (!) Of an API key this page tells nothing."""
    answer = yield from ask(api(platform, account.with_token, "read account", "GET", ".json"))
    if not is_ok(answer):
        _failed("token", answer, findings, problems.TOKEN_OLD if account.has_key else problems.TOKEN_INVALID)
        return
    found = node(answer)
    findings.add("token", None)
    findings.facts |= {"business_name": text(found, "friendly_name"), "account_mode": text(found, "type")}
    is_child = number.facts.get("client_id") == account.sid
    problem = account_problem(text(found, "status").lower(), is_child=is_child)
    findings.add("account", problem or (problems.TRIAL if text(found, "type") == "Trial" else None))


def _failed(name: str, answer: Answer, findings: Findings, refused: Problem) -> None:
    """`refused`: what it means here when Twilio does not know who asks."""
    outcome = classify(answer)
    if is_passing(outcome):
        findings.add_passing(name, replace(outcome.problem, number_status=""))
        return
    problem = replace(refused, details=told(answer)[1]) if outcome.problem.key == "token_invalid" else outcome.problem
    findings.add(name, problem if problem.hurts else replace(problem, hurts=problems.EVERY_SIDE))


# --- the sender ------------------------------------------------------------------------------------------------------


def _look_at_sender(number: Number, platform: Platform, account: Account, findings: Findings) -> Talk[Sender]:
    sender, failure = yield from senders.find(platform, account, number)
    if failure is not None:
        _failed("number", failure, findings, problems.KEY_REFUSED if account.has_key else problems.TOKEN_INVALID)
        return {}
    if not sender:
        findings.add("number", problems.SENDER_GONE)
        return {}
    facts = senders.facts_of(sender)
    facts.pop("phone_number_id", None)
    findings.facts |= facts
    findings.is_in_review = senders.status_of(sender) == senders.REVIEW
    findings.add("number", senders.problem_of(sender))
    for reason in mappings(sender, "offline_reasons")[1:] if senders.status_of(sender) == senders.OFFLINE else []:
        findings.add("number", problems.offline_because(whole(reason, "code"), text(reason, "message")))
    if "quality_rating" in facts:
        findings.add("quality", problems.QUALITY_LOW if facts["quality_rating"] == "RED" else None)
    return sender


def _look_at_hook(platform: Platform, account: Account, sender: Sender, findings: Findings) -> Talk[None]:
    problem = senders.address_problem(platform.hook_url) or senders.hook_problem(sender, platform.hook_url)
    findings.add("webhook", replace(problem, details=str(findings.facts.get("hook_url", ""))) if problem else None)
    service = yield from services.overriding(platform, account, sender)
    if service:
        details = f"{text(service, 'friendly_name')} ({text(service, 'inbound_request_url')})"
        findings.add("override", replace(problems.SERVICE_OVERRIDES, details=details))


def _look_at_last_message(number: Number, platform: Platform, account: Account, findings: Findings) -> Talk[None]:
    """Twilio takes a message in any case and tells later what became of it; limits are told nowhere else."""
    query = {"From": sender_address(number), "PageSize": "1"}
    answer = yield from ask(api(platform, account, "read last message", "GET", "/Messages.json", query=query))
    last = next(iter(mappings(node(answer), "messages")), None)
    if last is None:
        return
    code, words = whole(last, "error_code"), text(last, "error_message")
    findings.add("sending", problems.last_refused(code, words) if text(last, "status") in FAILED else None)
