"""The buttons of a template that is handed in (reference §6.2, §6.3)."""

from itertools import groupby

from safarichat.sandbox.meta.errors import GraphError
from safarichat.sandbox.things import JSON

MOST = 10
MOST_OF = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "QUICK_REPLY": 10}
LONGEST = {"text": 25, "url": 2000, "phone_number": 20}
NEEDS = {"QUICK_REPLY": ("text",), "URL": ("text", "url"), "PHONE_NUMBER": ("text", "phone_number")}
OTHERS = ("COPY_CODE", "FLOW", "CATALOG", "MPM", "SPM", "VOICE_CALL", "REQUEST_CONTACT_INFO", "ORDER_DETAILS")
OTP_TYPES = ("COPY_CODE", "ONE_TAP", "ZERO_TAP")


def checked(given: JSON) -> list[JSON]:
    if not isinstance(given, list) or not 1 <= len(given) <= MOST:
        raise GraphError(100, f"Param buttons must hold 1 to {MOST} buttons.")
    buttons = [_button(button) for button in given]
    kinds = [button["type"] for button in buttons]
    for kind, most in MOST_OF.items():
        if kinds.count(kind) > most:
            raise GraphError(100, f"Param buttons must hold at most {most} of type {kind}.")
    groups = [is_reply for is_reply, _ in groupby(kinds, lambda kind: kind == "QUICK_REPLY")]
    if groups.count(True) > 1 or groups.count(False) > 1:
        raise GraphError(100, user=("Buttons are out of order", "Quick replies must stand together."))
    return buttons


def of_code(given: JSON) -> tuple[str, str]:
    """The kind of the one button that hands over a code, and what it says."""
    button = given[0] if isinstance(given, list) and len(given) == 1 and isinstance(given[0], dict) else {}
    kind = str(button.get("otp_type") or "").upper()
    if str(button.get("type") or "").upper() != "OTP" or kind not in OTP_TYPES:
        raise GraphError(100, f"Param buttons must hold one OTP, its otp_type one of {{{', '.join(OTP_TYPES)}}}.")
    apps = button.get("supported_apps") or []
    if kind != "COPY_CODE" and not (isinstance(apps, list) and 1 <= len(apps) <= 5):
        raise GraphError(100, "Param supported_apps must hold 1 to 5 apps.")
    return kind, str(button.get("text") or "Copy code")


def lacks_example(button: JSON) -> bool:
    return (button["type"] == "COPY_CODE" or "{{" in str(button.get("url", ""))) and not button.get("example")


def _button(given: JSON) -> JSON:
    kind = str(given.get("type") or "").upper() if isinstance(given, dict) else ""
    if kind not in NEEDS and kind not in OTHERS:
        raise GraphError(100, f"Param buttons['type'] must be one of {{{', '.join((*NEEDS, *OTHERS))}}}.")
    for name in NEEDS.get(kind, ()):
        if not given.get(name):
            raise GraphError(100, f"Param buttons['{name}'] is required.")
    for name, most in LONGEST.items():
        if len(str(given.get(name) or "")) > most:
            raise GraphError(
                100,
                "Invalid parameter",
                subcode=2388040,
                user=("Character limit exceeded", f"A button's {name} has at most {most} characters."),
            )
    url = str(given.get("url") or "")
    if url.count("{{") > 1 or ("{{" in url and not url.endswith("}}")):
        raise GraphError(100, "Param buttons['url'] must have at most one variable, at its end.")
    return {**given, "type": kind}
