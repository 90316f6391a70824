"""Whether an account's events come to us: our app is subscribed, and no other address set (reference §2.7, §7.3)."""

from collections.abc import Mapping

from msgspec.structs import replace

from safarichat.providers.cloud_api.errors import problem_of
from safarichat.providers.cloud_api.loose import mapping, text
from safarichat.providers.meta import problems
from safarichat.providers.meta.graph import is_ok, listed
from safarichat.providers.shapes import JSON, Answer, Platform, Problem


def subscription_problem(answer: Answer, platform: Platform) -> Problem | None:
    """What the answer of `GET {WABA}/subscribed_apps` tells."""
    if not is_ok(answer):
        return replace(problem_of(answer), number_status="")
    ours = [each for each in listed(answer) if _app_id(each) == platform["META_APP_ID"]]
    if not ours:
        return problems.NOT_SUBSCRIBED
    return overridden(text(ours[0], "override_callback_uri"), platform)


def _app_id(subscription: Mapping[str, JSON]) -> str:
    return text(mapping(subscription, "whatsapp_business_api_data"), "id")


def overridden(address: str, platform: Platform) -> Problem | None:
    if address and address != platform.hook_url:
        return replace(problems.OVERRIDDEN, details=address)
    return None
