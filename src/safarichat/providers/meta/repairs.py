"""Deeds that put the way between Meta and us right: the token, the subscription, the webhook (reference §0.4, §7)."""

from collections.abc import Mapping

from safarichat.providers.cloud_api.errors import classify
from safarichat.providers.cloud_api.loose import mapping, text, whole
from safarichat.providers.errors import N_
from safarichat.providers.meta import callbacks, problems
from safarichat.providers.meta.asking import of_account, of_number
from safarichat.providers.meta.callbacks import is_own_app
from safarichat.providers.meta.graph import ask, is_ok, node, token_of
from safarichat.providers.meta.nodes import ask_for_number
from safarichat.providers.meta.subscriptions import own_address, subscription_problem
from safarichat.providers.meta.tokens import debug_call, exchange_call, facts_of_token
from safarichat.providers.shapes import JSON, Answer, Deed, Done, Number, Platform, Progress, Refused, Talk

# --- the token -------------------------------------------------------------------------------------------------------


def refresh(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    """Where the token ends; one that never does is left alone."""
    answer = yield from ask(debug_call(platform, token_of(number)))
    told = mapping(node(answer), "data")
    if told.get("is_valid") is True and whole(told, "expires_at") == 0:
        return Done(message=N_("This sign-in does not end: there is nothing to renew."), facts=facts_of_token(told))
    answer = yield from ask(exchange_call(platform, token_of(number)))
    token = text(node(answer), "access_token")
    if not token:
        return classify(answer)
    yield Progress(step="exchanged", secrets={"access_token": token})
    answer = yield from ask(debug_call(platform, token))
    facts = facts_of_token(mapping(node(answer), "data")) if is_ok(answer) else {}
    return Done(message=N_("The sign-in is renewed."), facts=facts, secrets={"access_token": token})


# --- events to us ----------------------------------------------------------------------------------------------------


def subscribe(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    """It also takes an override of the whole account away."""
    answer = yield from _subscribe(number, platform)
    if not is_ok(answer):
        return classify(answer)
    answer = yield from ask(of_account(number, platform, "read subscription", "GET", "subscribed_apps"))
    if not is_ok(answer):
        return classify(answer)
    if problem := subscription_problem(answer, platform):
        return Refused(problem)
    return Done(message=N_("Meta sends us this account's events."), facts={"is_subscribed": True})


def _subscribe(number: Number, platform: Platform) -> Talk[Answer]:
    return (yield from ask(of_account(number, platform, "subscribe account", "POST", "subscribed_apps")))


def set_hook(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    """An app of the person's own delivers to us itself, and nothing stands before it. Where the app is the operator's,
    the number gets an address of its own, which comes before any other."""
    wanted = platform.hook_url
    if is_own_app(platform):
        registered = yield from register_hooks(number, platform, given)
        if not isinstance(registered, Done):
            return registered
        wanted = ""
    answer = yield from ask(_override_call(number, platform, wanted))
    if not is_ok(answer):
        return classify(answer)
    told = yield from _read_back(number, platform)
    if is_in_the_way(told, platform):
        answer = yield from _subscribe(number, platform)
        if not is_ok(answer):
            return classify(answer)
        told = yield from _read_back(number, platform)
    if own_address(told) != wanted or is_in_the_way(told, platform):
        return Refused(problems.NOT_TAKEN)
    return Done(message=N_("This number's messages come here again."), facts={"hook_url": platform.hook_url})


def _override_call(number: Number, platform: Platform, address: str) -> JSON:
    """An empty address takes the override away."""
    wanted = {"override_callback_uri": address}
    if address:
        wanted["verify_token"] = platform["META_WEBHOOK_VERIFY_TOKEN"]
    return of_number(number, platform, "set webhook", "POST", "", json={"webhook_configuration": wanted})


def _read_back(number: Number, platform: Platform) -> Talk[Mapping[str, JSON]]:
    app_id = str(number.facts.get("app_id") or "")
    return node((yield from ask_for_number(platform, number.phone_number_id, token_of(number), app_id)))


def is_in_the_way(told: Mapping[str, JSON], platform: Platform) -> bool:
    """The whole account's override leads elsewhere: nothing of this number's, but it would be if ours went."""
    return text(mapping(told, "webhook_configuration"), "whatsapp_business_account") not in ("", platform.hook_url)


def register_hooks(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    if not is_own_app(platform):
        return Refused(problems.APP_IS_OPERATORS)
    health = yield from callbacks.register_hooks(platform)
    if health.problems:
        return Refused(health.problems[0])
    return Done(message=N_("The Meta app delivers here, with every field that is needed."), facts=health.facts)
