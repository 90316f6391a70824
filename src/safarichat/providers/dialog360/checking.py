"""Reading back what is really so at 360dialog (reference §4, §11.1, §12)."""

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from msgspec.structs import replace

from safarichat.providers import findings as shared
from safarichat.providers.cloud_api.loose import text
from safarichat.providers.cloud_api.numbers import blocking_reasons, facts_of_number
from safarichat.providers.dialog360 import problems
from safarichat.providers.dialog360.asking import ask, is_of_partner, is_ok, node, to_hub
from safarichat.providers.dialog360.connecting import (
    GONE,
    NUMBER_FIELDS,
    USABLE,
    address_problem,
    facts_of_channel,
)
from safarichat.providers.dialog360.errors import classify, classify_hub, problem_of
from safarichat.providers.dialog360.use import call
from safarichat.providers.errors import N_
from safarichat.providers.shapes import (
    JSON,
    Answer,
    Health,
    Number,
    Platform,
    Problem,
    Talk,
)

GOOD = {
    "token": N_("360dialog accepts the number's key."),
    "channel": N_("The number is live, and we may use it."),
    "sending": N_("WhatsApp lets this number send."),
    "quality": N_("The number's quality is not low."),
    "webhook": N_("What customers write is delivered to our address."),
    "partner": N_("360dialog tells us about changes of our numbers."),
}


class Findings(shared.Findings):
    def __init__(self) -> None:
        super().__init__(GOOD)

    def add_failed(self, name: str, answer: Answer, *, may_repair: bool = True, at_hub: bool = False) -> None:
        problem = classify_hub(answer).problem if at_hub else problem_of(answer)
        problem = problem if may_repair else replace(problem, repair="")
        if _is_passing(answer):
            self.add_passing(name, replace(problem, number_status=""))
        else:
            self.add(name, problem)


def _is_passing(answer: Answer) -> bool:
    """Says nothing of the number: 360dialog is away, or asks for a pause."""
    return shared.is_passing(classify(answer))


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
        findings.add_failed("token", answer, may_repair=is_of_partner(number, platform))
    if is_of_partner(number, platform) and not findings.is_cut_short:
        yield from _look_at_channel(number, platform, findings, works=is_ok(answer))
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
    answer = yield from ask(call(number, platform, "read account webhook", "GET", "waba_webhook"))
    told = node(answer)
    if told.get("override_all") is True and (url := text(told, "url")) not in ("", platform.hook_url):
        findings.add("override", replace(problems.HOOK_OVERRIDDEN, details=url))


def _look_at_channel(number: Number, platform: Platform, findings: Findings, *, works: bool) -> Talk[None]:
    """The hub counts our calls over all numbers: one for a number that works, which tells of its permission, another
    one only where something is wrong. When our turn does not come in time, that is not this number's trouble."""
    path = f"/channels/{quote(str(number.facts['channel_id']), safe='')}"
    if not works:
        answer = yield from ask(to_hub(platform, "read channel", "GET", path))
        told = node(answer)
        findings.facts |= facts_of_channel(told)
        status = text(told, "status").lower()
        if status and status not in USABLE:
            findings.add("channel", problems.ENDED if status in GONE else problems.NOT_LIVE)
            return
    answer = yield from ask(to_hub(platform, "read keys", "GET", f"{path}/api_keys"))
    if not _is_passing(answer):
        findings.add("channel", None if is_ok(answer) else classify_hub(answer).problem)
