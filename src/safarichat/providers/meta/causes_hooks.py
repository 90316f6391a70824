"""What can keep webhooks from coming to us. Messages follow an override of the number before one of its account
before the app's own address; what is told of templates and accounts always goes to the app's (reference §7.3)."""

from safarichat.providers.errors import N_
from safarichat.providers.shapes import Problem, Side

EVENTS: tuple[Side, ...] = ("receiving", "templates")

NOT_SUBSCRIBED = Problem(
    key="not_subscribed",
    message=N_("Meta does not list our app among those that get this account's events."),
    cure=N_("Press “Repair”: the app is subscribed again."),
    fault="provider",
    scope="account",
    number_status="attention",
    hurts=EVENTS,
    repair="subscribe",
)
OVERRIDDEN = Problem(
    key="callback_overridden",
    message=N_("Another webhook address is set for this business account: messages go there and not to us."),
    cure=N_("Press “Repair” to have them here. The software at the address in the details then gets them no more."),
    fault="business",
    scope="account",
    number_status="attention",
    hurts=("receiving",),
    repair="set_hook",
)
NUMBER_OVERRIDDEN = Problem(
    key="number_overridden",
    message=N_("Another webhook address is set for this number: its messages go there and not to us."),
    cure=N_("Press “Repair” to have them here. The software at the address in the details then gets them no more."),
    fault="business",
    scope="number",
    number_status="attention",
    hurts=("receiving",),
    repair="set_hook",
)
HOOK_MISSING = Problem(
    key="hook_missing",
    message=N_("The Meta app has no webhook address: nothing that customers write arrives."),
    cure=N_("Press “Repair” to have this number's messages here. For all numbers, whoever runs this installation "
            "registers the webhook: “safarichat check --fix”."),
    fault="us",
    scope="account",
    number_status="attention",
    hurts=EVENTS,
    repair="set_hook",
)  # fmt: skip
HOOK_ELSEWHERE = Problem(
    key="hook_elsewhere",
    message=N_("The Meta app delivers its events to another address than ours."),
    cure=N_("Press “Repair” to have this number's messages here. For all numbers, whoever runs this installation "
            "registers the webhook: “safarichat check --fix”."),
    fault="us",
    scope="account",
    number_status="attention",
    hurts=EVENTS,
    repair="set_hook",
)  # fmt: skip
EVENTS_ELSEWHERE = Problem(
    key="account_events_elsewhere",
    message=N_("This number's messages come here, but what Meta tells of templates and accounts goes to the app's own "
               "address, which is missing or another one."),
    cure=N_("With an app of your own, press “Repair”; else ask whoever runs this installation: “safarichat check "
            "--fix” registers the webhook."),
    fault="us",
    scope="account",
    number_status="attention",
    hurts=("templates",),
    repair="register_hooks",
)  # fmt: skip
MESSAGES_UNSUBSCRIBED = Problem(
    key="messages_unsubscribed",
    message=N_("The Meta app's webhook is not subscribed to messages: nothing that customers write arrives."),
    cure=N_("With an app of your own, press “Repair”; else ask whoever runs this installation: “safarichat check "
            "--fix” subscribes to every field that is needed."),
    fault="us",
    scope="account",
    number_status="attention",
    hurts=("receiving",),
    repair="register_hooks",
)  # fmt: skip
EVENTS_UNSUBSCRIBED = Problem(
    key="events_unsubscribed",
    message=N_("The Meta app's webhook is not subscribed to all that Meta tells of templates, numbers and accounts."),
    cure=N_("With an app of your own, press “Repair”; else ask whoever runs this installation: “safarichat check "
            "--fix” subscribes to every field that is needed."),
    fault="us",
    scope="account",
    number_status="attention",
    hurts=("templates",),
    repair="register_hooks",
)  # fmt: skip

HOOK_CAUSES = (
    NOT_SUBSCRIBED,
    OVERRIDDEN,
    NUMBER_OVERRIDDEN,
    HOOK_MISSING,
    HOOK_ELSEWHERE,
    EVENTS_ELSEWHERE,
    MESSAGES_UNSUBSCRIBED,
    EVENTS_UNSUBSCRIBED,
)
