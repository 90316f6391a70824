"""Reading back what is really so at 360dialog, and what puts it right (reference §11.1, §12)."""

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from msgspec.structs import replace

from safarichat.providers.cloud_api.loose import mapping, mappings, text
from safarichat.providers.cloud_api.numbers import blocking_reasons, facts_of_number
from safarichat.providers.dialog360 import problems
from safarichat.providers.dialog360.asking import ask, is_ok, key_of, node, partner_of, to_hub, to_number
from safarichat.providers.dialog360.connecting import (
    GONE,
    NUMBER_FIELDS,
    PROFILE_FIELDS,
    USABLE,
    address_problem,
    facts_of_channel,
    hook_body,
    hook_secret,
)
from safarichat.providers.dialog360.errors import classify
from safarichat.providers.dialog360.use import call
from safarichat.providers.errors import N_
from safarichat.providers.shapes import (
    JSON,
    Act,
    Answer,
    Check,
    Deed,
    Done,
    Health,
    Later,
    Number,
    Platform,
    Problem,
    Progress,
    Refused,
    Talk,
    Unknown,
)

GOOD = {
    "token": N_("360dialog accepts the number's key."),
    "channel": N_("The number is live, and we may use it."),
    "sending": N_("WhatsApp lets this number send."),
    "quality": N_("The number's quality is not low."),
    "webhook": N_("What customers write is delivered to our address."),
    "partner": N_("360dialog tells us about changes of our numbers."),
}
_WORST_FIRST = ("suspended", "reauth_required", "attention")


class Findings:
    def __init__(self) -> None:
        self.checks: list[Check] = []
        self.problems: list[Problem] = []
        self.facts: dict[str, JSON] = {}
        self.is_cut_short = False

    def add(self, name: str, problem: Problem | None) -> None:
        if problem is None:
            self.checks.append(Check(name=name, ok=True, message=GOOD[name]))
            return
        told = Check(name=name, ok=False, message=problem.message, cure=problem.cure, details=problem.details)
        self.checks.append(told)
        self.problems.append(problem)

    def add_failed(self, name: str, answer: Answer) -> None:
        outcome = classify(answer)
        passing = isinstance(outcome, Unknown) or (isinstance(outcome, Later) and outcome.why != "credential")
        self.is_cut_short = self.is_cut_short or passing
        problem = replace(outcome.problem, number_status="") if passing else outcome.problem
        self.add(name, problem)

    def health(self) -> Health:
        found = {problem.number_status for problem in self.problems}
        worst = next((status for status in _WORST_FIRST if status in found), "")
        status = worst or ("" if self.is_cut_short else "connected")
        return Health(status=status, checks=tuple(self.checks), facts=self.facts, problems=tuple(self.problems))


def check(number: Number, platform: Platform) -> Talk[Health]:
    findings = Findings()
    answer = yield from ask(
        call(number, platform, "read number", "GET", "health_status", query={"fields": NUMBER_FIELDS})
    )
    if is_ok(answer):
        findings.add("token", None)
        _look_at_number(node(answer), findings)
        yield from _look_at_hook(number, platform, findings)
    else:
        findings.add_failed("token", answer)
    if number.facts.get("channel_id") and platform["D360_PARTNER_API_KEY"] and not findings.is_cut_short:
        yield from _look_at_channel(number, platform, findings)
    return findings.health()


def _look_at_number(told: Mapping[str, JSON], findings: Findings) -> None:
    facts = facts_of_number(told)
    findings.facts |= facts
    findings.add("sending", next(_sending_problems(told, str(facts.get("can_send", ""))), None))
    if "quality_rating" in facts:
        findings.add("quality", problems.QUALITY_LOW if facts["quality_rating"] == "RED" else None)
    if facts.get("name_status") == "DECLINED":
        findings.problems.append(problems.NAME_DECLINED)


def _sending_problems(told: Mapping[str, JSON], can_send: str) -> Iterator[Problem]:
    known = {"BLOCKED": problems.CANNOT_SEND, "LIMITED": problems.LIMITED}
    if can_send in known:
        reasons = [text(error, "error_description") for error in blocking_reasons(told)]
        yield replace(known[can_send], details=" ".join(reason for reason in reasons if reason))


def _look_at_hook(number: Number, platform: Platform, findings: Findings) -> Talk[None]:
    answer = yield from ask(call(number, platform, "read webhook", "GET", "v1/configs/webhook"))
    if not is_ok(answer):
        findings.add_failed("webhook", answer)
        return
    url = text(node(answer), "url")
    findings.facts["hook_url"] = url
    if problem := address_problem(platform.hook_url):
        findings.add("webhook", problem)
    elif not url:
        findings.add("webhook", problems.HOOK_MISSING)
    else:
        findings.add("webhook", None if url == platform.hook_url else replace(problems.HOOK_ELSEWHERE, details=url))


def _look_at_channel(number: Number, platform: Platform, findings: Findings) -> Talk[None]:
    channel_id = quote(str(number.facts["channel_id"]), safe="")
    answer = yield from ask(to_hub(platform, "read channel", "GET", f"/channels/{channel_id}"))
    if not is_ok(answer):
        findings.add_failed("channel", answer)
        return
    told = node(answer)
    findings.facts |= facts_of_channel(told)
    status = text(told, "status").lower()
    problem = problems.ENDED if status in GONE else None if status in USABLE else problems.NOT_LIVE
    if problem is None:
        keys = yield from ask(to_hub(platform, "read keys", "GET", f"/channels/{channel_id}/api_keys"))
        outcome = None if is_ok(keys) else classify(keys)
        problem = outcome.problem if isinstance(outcome, Refused) else None
    findings.add("channel", problem)


# --- deeds -----------------------------------------------------------------------------------------------------------


def set_hook(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    if problem := address_problem(platform.hook_url):
        return Refused(problem)
    return (yield from _set_hook(number, platform, key_of(number)))


def _set_hook(number: Number, platform: Platform, key: str, secrets: Mapping[str, str] | None = None) -> Talk[Deed]:
    secret = hook_secret(key, platform.hook_url)
    yield Progress(step="subscribed", state="waiting", secrets={"D360_HOOK_SECRET": secret, **(secrets or {})})
    renewed = to_number(
        platform, "set webhook", "POST", "v1/configs/webhook", key, json=hook_body(platform, secret),
        address=str(number.facts.get("api_address") or ""),
    )  # fmt: skip
    answer = yield from ask(renewed)
    if not is_ok(answer):
        return classify(answer)
    return Done(message=N_("360dialog delivers here again."), facts={"hook_url": platform.hook_url})


def new_key(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    """For a number of our own partner account: a fresh key, and the webhook that went with the old one."""
    channel_id = number.facts.get("channel_id")
    if not channel_id or not platform["D360_PARTNER_API_KEY"]:
        return Refused(replace(problems.KEY_INVALID, repair=""))
    path = f"/channels/{quote(str(channel_id), safe='')}/api_keys"
    answer = yield from ask(to_hub(platform, "make key", "POST", path, json={}))
    key = text(node(answer), "api_key")
    if not key:
        return classify(answer)
    done = yield from _set_hook(number, platform, key, {"access_token": key})
    if isinstance(done, Done):
        return replace(done, message=N_("A new key is in use."), secrets={"access_token": key})
    return done


def read_profile(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    query = {"fields": PROFILE_FIELDS}
    answer = yield from ask(call(number, platform, "read profile", "GET", "whatsapp_business_profile", query=query))
    if not is_ok(answer):
        return classify(answer)
    told = mappings(node(answer), "data")
    profile = {name: value for name, value in told[0].items() if name != "messaging_product"} if told else {}
    return Done(facts={"profile": profile})


def write_profile(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    body = {"messaging_product": "whatsapp", **mapping(given, "profile")}
    answer = yield from ask(call(number, platform, "write profile", "POST", "whatsapp_business_profile", json=body))
    if not is_ok(answer):
        return classify(answer)
    return (yield from read_profile(number, platform, {}))


DEEDS: Mapping[str, Act] = {
    "set_hook": set_hook,
    "new_key": new_key,
    "read_profile": read_profile,
    "write_profile": write_profile,
}


# --- the operator's partner account ----------------------------------------------------------------------------------


def hooks(platform: Platform) -> Talk[Health]:
    if not partner_of(platform) or not platform["D360_PARTNER_API_KEY"]:
        return Health(status="", checks=())
    answer = yield from ask(to_hub(platform, "read partner webhook", "GET", "/webhook_url"))
    return _compared(answer, platform)


def register_hooks(platform: Platform) -> Talk[Health]:
    if not partner_of(platform) or not platform["D360_PARTNER_API_KEY"]:
        return Health(status="", checks=())
    body = {"webhook_url": platform.operator_hook_url}
    answer = yield from ask(to_hub(platform, "set partner webhook", "POST", "/webhook_url", json=body))
    return _compared(answer, platform)


def _compared(answer: Answer, platform: Platform) -> Health:
    findings = Findings()
    if not is_ok(answer):
        findings.add_failed("partner", answer)
        return findings.health()
    url = text(node(answer), "webhook_url")
    problem = None if url == platform.operator_hook_url else replace(problems.PARTNER_HOOK_MISSING, details=url)
    findings.add("partner", problem)
    return findings.health()
