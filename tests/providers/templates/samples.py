"""Templates as Graph lists them, and messages made of them."""

from typing import Any

from safarichat.providers.cloud_api.templates.fitting import fit_problem
from safarichat.providers.cloud_api.templates.layout import layout


def header(format: str, **more: Any) -> dict[str, Any]:
    return {"type": "HEADER", "format": format} | more


def body(text: str, *samples: str) -> dict[str, Any]:
    return {"type": "BODY", "text": text, "example": {"body_text": [list(samples)]}}


def buttons(*each: dict[str, Any]) -> dict[str, Any]:
    return {"type": "BUTTONS", "buttons": list(each)}


URL = {"type": "URL", "text": "Track", "url": "https://shop.example/{{1}}", "example": ["A1"]}
REPLY = {"type": "QUICK_REPLY", "text": "Yes"}
ORDER = [header("TEXT", text="Order {{1}}"), body("Hi {{1}}, it comes on {{2}}.", "Ann", "Friday"), buttons(REPLY, URL)]
NAMED = [{"type": "BODY", "text": "Dear {{first_name}}, see you on {{day}}."}]
PICTURE = [header("IMAGE"), body("Hello")]
COUPON = [body("Hello"), buttons({"type": "COPY_CODE", "text": "Copy", "example": ["SALE"]})]
OFFER = [{"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Soon", "has_expiration": True}}, body("Hi")]
CODE = [body("*{{1}}* is your code."), buttons({"type": "URL", "url": "https://www.whatsapp.com/otp/code/?code={{1}}"})]
CARDS = [
    body("New:"),
    {"type": "CAROUSEL", "cards": [{"components": [header("IMAGE"), body("Round"), buttons(URL)]} for _ in range(2)]},
]


def texts(*values: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": value} for value in values]


def by_name(**values: str) -> list[dict[str, Any]]:
    return [{"type": "text", "parameter_name": name, "text": value} for name, value in values.items()]


def part(kind: str, parameters: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"type": kind, "parameters": parameters} | more


def button(index: Any, parameters: list[dict[str, Any]], sub_type: str = "url") -> dict[str, Any]:
    return part("button", parameters, sub_type=sub_type, index=index)


IMAGE = [{"type": "image", "image": {"link": "https://files.example/a.jpg"}}]


def misfit(
    approved: list[dict[str, Any]], *sent: dict[str, Any], is_named: bool = False
) -> tuple[int | None, str] | None:
    """Code and field of what does not fit."""
    problem = fit_problem(layout(approved), {"components": list(sent)}, is_named=is_named)
    if problem is None:
        return None
    assert problem.message
    return problem.code, problem.details.partition(":")[0]
