"""Where our Meta app delivers its events: registering our address and reading it back (reference §7.1)."""

from msgspec.structs import replace

from safarichat.providers.cloud_api.errors import problem_of
from safarichat.providers.cloud_api.loose import mappings, text, texts
from safarichat.providers.errors import N_
from safarichat.providers.meta import causes_hooks, problems
from safarichat.providers.meta.causes import APP_SECRET_WRONG, as_cause
from safarichat.providers.meta.graph import app_token, ask, graph, is_ok, listed
from safarichat.providers.shapes import JSON, Answer, Call, Check, Health, Platform, Problem, Talk

NEEDED_SETTINGS = ("META_APP_ID", "META_APP_SECRET", "META_WEBHOOK_VERIFY_TOKEN")
OBJECT = "whatsapp_business_account"
NEEDED_FIELDS = (
    "messages",
    "account_update",
    "phone_number_quality_update",
    "phone_number_name_update",
    "message_template_status_update",
)
WANTED_FIELDS = (
    *NEEDED_FIELDS,
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
    "account_review_update",
    "account_alerts",
    "business_capability_update",
    "security",
    "user_preferences",
    "smb_message_echoes",
    "smb_app_state_sync",
    "history",
    "message_echoes",
    "standby",
    "messaging_handovers",
    "business_username_updates",
    "payment_configuration_update",
    "account_settings_update",
    "partner_solutions",
    "flows",
)
APP_TOKEN_REFUSED = frozenset({"token_invalid", "app_secret_wrong", "permission_denied"})
DELIVERED = N_("Meta delivers this app's events to our address.")


def register_hooks(platform: Platform) -> Talk[Health]:
    """Meta calls the address at once and expects its handshake, so the web process must be up."""
    if missing := [name for name in NEEDED_SETTINGS if not platform[name]]:
        return _unhealthy(replace(problems.SETTINGS_MISSING, details=", ".join(missing)))
    answer = yield from ask(_register_call(platform, WANTED_FIELDS))
    if not is_ok(answer) and problem_of(answer).key == "parameter_invalid":  # an app may lack the right to some field
        answer = yield from ask(_register_call(platform, NEEDED_FIELDS))
    if not is_ok(answer):
        return _unhealthy(replace(app_problem(answer), number_status="attention"))
    return (yield from hooks(platform))


def _register_call(platform: Platform, fields: tuple[str, ...]) -> Call:
    form = {
        "object": OBJECT,
        "callback_url": platform.hook_url,
        "verify_token": platform["META_WEBHOOK_VERIFY_TOKEN"],
        "fields": ",".join(fields),
        "include_values": "true",
    }
    path = f"{platform['META_APP_ID']}/subscriptions"
    call = graph(platform, "register webhook", "POST", path, app_token(platform), form=form)
    return replace(call, timeout_s=20.0, is_operators=not is_own_app(platform))


def is_own_app(platform: Platform) -> bool:
    """A person's own app delivers to an address of its own, where the operator's delivers to the operator's."""
    return platform.operator_hook_url not in ("", platform.hook_url)


def hooks(platform: Platform) -> Talk[Health]:
    """Compares the registered address and fields with what they should be."""
    path = f"{platform['META_APP_ID']}/subscriptions"
    call = graph(platform, "read webhook", "GET", path, app_token(platform))
    answer = yield from ask(replace(call, is_operators=not is_own_app(platform)))
    if not is_ok(answer):
        return _unhealthy(replace(app_problem(answer), number_status="attention"))
    return _compared(answer, platform)


def app_problem(answer: Answer) -> Problem:
    """What an answer tells that was asked with the app's own token: a token that is refused is a wrong secret."""
    problem = problem_of(answer)
    if problem.key in APP_TOKEN_REFUSED:
        return replace(APP_SECRET_WRONG, code=problem.code, details=problem.details)
    return as_cause(problem)


def _compared(answer: Answer, platform: Platform) -> Health:
    ours = next((each for each in listed(answer) if text(each, "object") == OBJECT), {})
    address = text(ours, "callback_url")
    fields = [name for each in mappings(ours, "fields") if (name := text(each, "name"))] or texts(ours, "fields")
    facts: dict[str, JSON] = {"hook_url": address, "hook_fields": fields}
    if not address or ours.get("active") is False:
        return _unhealthy(replace(causes_hooks.HOOK_MISSING, details=address), facts)
    if address != platform.hook_url:
        return _unhealthy(replace(causes_hooks.HOOK_ELSEWHERE, details=address), facts)
    missing = [name for name in NEEDED_FIELDS if name not in fields]
    if missing:
        problem = causes_hooks.MESSAGES_UNSUBSCRIBED if "messages" in missing else causes_hooks.EVENTS_UNSUBSCRIBED
        return _unhealthy(replace(problem, details=", ".join(missing)), facts)
    return Health(status="connected", checks=(Check(name="webhook", ok=True, message=DELIVERED),), facts=facts)


def for_number(found: Health, own_address: str, platform: Platform) -> Health:
    """The same for one number: where it has an address of its own, its messages need the app's no more, but the rest
    does. What only the app's owner can repair is offered to nobody else."""
    problems_here = [_for_number(problem, own_address == platform.hook_url, platform) for problem in found.problems]
    if problems_here == list(found.problems):
        return found
    [check] = found.checks
    told = problems_here[0]
    return replace(
        found,
        checks=(replace(check, message=told.message, cure=told.cure, details=told.details),),
        problems=tuple(problems_here),
    )


def _for_number(problem: Problem, is_overridden: bool, platform: Platform) -> Problem:
    if is_overridden and problem.key in (causes_hooks.HOOK_MISSING.key, causes_hooks.HOOK_ELSEWHERE.key):
        problem = replace(causes_hooks.EVENTS_ELSEWHERE, details=problem.details)
    if problem.repair == "register_hooks" and not is_own_app(platform):
        return replace(problem, repair="")
    return problem


def _unhealthy(problem: Problem, facts: dict[str, JSON] | None = None) -> Health:
    check = Check(name="webhook", ok=False, message=problem.message, cure=problem.cure, details=problem.details)
    return Health(status="attention", checks=(check,), facts=facts or {}, problems=(problem,))
