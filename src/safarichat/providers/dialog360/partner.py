"""The operator's partner account: where the hub tells of channels and permissions (reference §4.2, §6)."""

from msgspec.structs import replace

from safarichat.providers.cloud_api.loose import text
from safarichat.providers.dialog360 import problems
from safarichat.providers.dialog360.asking import ask, is_ok, node, partner_of, to_hub
from safarichat.providers.dialog360.checking import Findings
from safarichat.providers.shapes import Answer, Health, Platform, Talk


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
    if is_ok(answer):  # what it answers to a change is not told: read it back
        return (yield from hooks(platform))
    return _compared(answer, platform)


def _compared(answer: Answer, platform: Platform) -> Health:
    findings = Findings()
    if not is_ok(answer):
        findings.add_failed("partner", answer, at_hub=True)
        return findings.health()
    url = text(node(answer), "webhook_url")
    findings.facts["hook_url"] = url
    problem = None if url == platform.operator_hook_url else replace(problems.PARTNER_HOOK_MISSING, details=url)
    findings.add("partner", problem)
    return findings.health()
