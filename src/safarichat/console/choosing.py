"""“Help me choose”: four questions, and which provider the answers speak for. What each suits is its own data."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from safarichat.providers.shapes import Facts

QUESTIONS: dict[str, tuple[Any, dict[str, Any]]] = {
    # name → question, {what a provider may suit: answer}; "" speaks for none
    "bill": (
        _("What matters most about the bill?"),
        {
            "price": _("That it is low: no fee on top of Meta's prices"),
            "support": _("That somebody answers when I have a question"),
            "one_bill": _("That it is one bill with SMS and calls"),
        },
    ),
    "phone": (
        _("Is the number in use in the WhatsApp Business app, and shall it stay there?"),
        {"phone_app": _("Yes, it shall stay there too"), "": _("No")},
    ),
    "have": (
        _("What do you have already?"),
        {
            "nothing_yet": _("Nothing of the kind"),
            "platform": _("An account with a platform for SMS and calls"),
            "own_app": _("A Meta app of my own"),
        },
    ),
    "kinds": (
        _("What will you send?"),
        {"every_kind": _("Every kind of message, new ones first"), "": _("Mostly text, pictures and templates")},
    ),
}
NECESSARY = frozenset({"phone_app"})  # without it the number would be lost where it is


def asked(given: Mapping[str, str]) -> list[dict[str, Any]]:
    """The questions, with what was answered."""
    return [
        {
            "name": name,
            "question": question,
            "answers": [{"value": value, "label": label, "is_chosen": given.get(name) == value}
                        for value, label in answers.items()],
        }
        for name, (question, answers) in QUESTIONS.items()
    ]  # fmt: skip


def suggested(given: Mapping[str, str], offered: Sequence[Facts]) -> dict[str, Any] | None:
    """The provider that suits most of the answers, and what of them it suits. None: nothing was answered."""
    wants = {
        given[name]: answers[given[name]] for name, (_q, answers) in QUESTIONS.items() if given.get(name) in answers
    }
    if not wants:
        return None
    fitting = [facts for facts in offered if set(wants) & NECESSARY <= set(facts.suits)]
    if not fitting:
        return None
    best = max(fitting, key=lambda facts: len(set(facts.suits) & set(wants)))  # of equals the first offered
    return {"facts": best, "reasons": [label for value, label in wants.items() if value in best.suits]}
