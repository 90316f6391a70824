"""A person's own Meta app: its id, its secret and a system user's token, pasted (reference §0.4, §7.1).

Numbers of one account that belong to the same app share its connection, and so its address and secrets. What was typed
waits beside them, under names of the form, until Meta has said that it fits together.
"""

import hmac

from msgspec.structs import replace

from safarichat.providers.cloud_api.errors import classify
from safarichat.providers.cloud_api.loose import mapping, text
from safarichat.providers.meta import problems
from safarichat.providers.meta.graph import ask, is_ok, node, version
from safarichat.providers.meta.tokens import debug_call, facts_of_token, inspection_problem
from safarichat.providers.meta.walk import Step, Walk
from safarichat.providers.shapes import ConnectFailed, Later, Platform, Unknown


def take_keys(walk: Walk) -> Step:
    """Kept at once: they are not to be typed again when Meta is away at this moment."""
    app_id = walk.fact("app_id") or text(walk.signup.data, "app_id")
    given = walk.signup.secrets
    typed, proved = given.get("app_secret", ""), given.get("META_APP_SECRET", "")
    secret = (proved or typed) if walk.has_done("inspected") else (typed or proved)
    if not (app_id and secret and walk.token):
        return ConnectFailed(step="exchanged", problem=problems.APP_KEYS_MISSING)
    walk.platform = platform_of_app(walk.platform, app_id, secret)
    if walk.has_done("exchanged"):
        return None
    waba_id = text(walk.signup.data, "waba_id")
    facts = {
        "app_id": app_id,
        "graph_version": version(walk.platform),
        **({"session": {"event": walk.signup.event, "waba_id": waba_id}} if waba_id else {}),
    }
    yield walk.progress("exchanged", facts, secrets={"access_token": walk.token, "app_secret": secret})
    return None


def inspect_keys(walk: Walk) -> Step:
    if walk.has_done("inspected"):
        return None
    app_id = walk.platform["META_APP_ID"]
    answer = yield from ask(debug_call(walk.platform, walk.token))
    if problem := inspection_problem(answer, app_id):
        outcome = classify(answer)
        is_away = not is_ok(answer) and (
            isinstance(outcome, Unknown) or (isinstance(outcome, Later) and outcome.why != "credential")
        )
        if is_away:
            return walk.failed("inspected", answer)
        yield walk.progress("inspected", state="failed", message=problem.message, secrets={"app_secret": ""})
        return ConnectFailed(step="inspected", problem=problem)
    token = mapping(node(answer), "data")
    names = ("META_APP_ID", "META_APP_SECRET", "META_WEBHOOK_VERIFY_TOKEN")
    ours = {name: walk.platform[name] for name in names}
    yield walk.progress("inspected", {**facts_of_token(token), "holder": app_id}, secrets={**ours, "app_secret": ""})
    return None


def platform_of_app(platform: Platform, app_id: str, secret: str) -> Platform:
    """The operator's settings with those of another app in front; none of the operator's own app is left."""
    own = {
        "META_APP_ID": app_id,
        "META_APP_SECRET": secret,
        "META_WEBHOOK_VERIFY_TOKEN": verify_token(secret, platform.hook_url),
        "META_CONFIG_ID": "",
        "META_BUSINESS_ID": "",
    }
    return replace(platform, settings={**platform.settings, **own})


def verify_token(secret: str, hook_url: str) -> str:
    """Known to us and to whoever has the app's secret; made from it, since a talk has no dice of its own."""
    return hmac.digest(secret.encode(), f"verify {hook_url}".encode(), "sha256").hex()[:40]
