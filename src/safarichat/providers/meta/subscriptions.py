"""Whether an account's events come to us: our app is subscribed, and no other address set (reference §2.7, §7.3)."""

from collections.abc import Mapping

from msgspec.structs import replace

from safarichat.providers.cloud_api.errors import problem_of
from safarichat.providers.cloud_api.loose import mapping, text
from safarichat.providers.meta.causes_hooks import NOT_SUBSCRIBED, NUMBER_OVERRIDDEN, OVERRIDDEN
from safarichat.providers.meta.graph import is_ok, listed
from safarichat.providers.shapes import JSON, Answer, Platform, Problem


def subscription_problem(answer: Answer, platform: Platform) -> Problem | None:
    """What the answer of `GET {WABA}/subscribed_apps` tells."""
    if not is_ok(answer):
        return replace(problem_of(answer), number_status="")
    ours = [each for each in listed(answer) if _app_id(each) == platform["META_APP_ID"]]
    if not ours:
        return NOT_SUBSCRIBED
    return elsewhere(OVERRIDDEN, text(ours[0], "override_callback_uri"), platform)


def _app_id(subscription: Mapping[str, JSON]) -> str:
    return text(mapping(subscription, "whatsapp_business_api_data"), "id")


def override_problem(number: Mapping[str, JSON], platform: Platform) -> Problem | None:
    """What the number's node tells of an address of its own."""
    return elsewhere(NUMBER_OVERRIDDEN, own_address(number), platform)


def own_address(number: Mapping[str, JSON]) -> str:
    return text(mapping(number, "webhook_configuration"), "phone_number")


def elsewhere(problem: Problem, address: str, platform: Platform) -> Problem | None:
    return replace(problem, details=address) if address and address != platform.hook_url else None
