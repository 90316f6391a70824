"""The sandbox's templates, as an account at Twilio has them: contents that were handed in and approved."""

from typing import Any

from safarichat.numbers import connections
from tests.every_kind.installation import Installation

JSON = Any
TRACK = {"type": "URL", "title": "Track it", "url": "https://shop.example/track/{{5}}"}
CODE = {"type": "COPY_CODE", "title": "Copy the code", "code": "{{4}}"}


def contents(site: str) -> dict[str, tuple[str, JSON, dict[str, str]]]:
    """By name: the type, what it holds, and samples. The beginning of a file's link is the template's own."""
    cards = [
        {
            "title": title,
            "body": title,
            "media": f"{site}{{{{{2 + 2 * n}}}}}",
            "actions": [
                {"type": "QUICK_REPLY", "title": "Tell me more", "id": "more"},
                {"type": "URL", "title": "Order", "url": f"https://shop.example/{n + 1}/{{{{{3 + 2 * n}}}}}"},
            ],
        }
        for n, title in enumerate(("Kilimanjaro, dark and round", "Sidamo, light and fruity"))
    ]
    order = {
        "header_text": "Order {{1}}",
        "body": "Hi {{2}}, your order of {{3}} is on its way and arrives on *{{4}}*.",
        "footer": "Asha Flowers",
        "actions": [TRACK, {"type": "QUICK_REPLY", "title": "Change the day", "id": "day"}],
    }
    sale = {
        "media": [f"{site}{{{{1}}}}"],
        "body": "Dear {{2}}, all bouquets are {{3}} cheaper until Sunday.",
        "actions": [CODE, {"type": "QUICK_REPLY", "title": "Stop", "id": "stop"}],
    }
    bill = {"media": [f"{site}{{{{1}}}}"], "body": "Here is your bill for {{2}}. Thank you!"}
    hello = {"header_text": "Hello World", "body": "Welcome and congratulations!! This message is a sample."}
    code = {"add_security_recommendation": True, "actions": [{"type": "COPY_CODE", "copy_code_text": "Copy code"}]}
    return {
        "hello_world": ("whatsapp/card", hello, {}),
        "order_update": ("whatsapp/card", order, {"1": "A-1", "2": "Asha", "3": "roses", "4": "Friday", "5": "A-1"}),
        "invoice": ("whatsapp/card", bill, {"1": "x/bill.pdf", "2": "October"}),
        "spring_sale": ("whatsapp/card", sale, {"1": "x/roses.png", "2": "Asha", "3": "20 %", "4": "SPRING20"}),
        "new_coffees": (
            "twilio/carousel",
            {"body": "New this week, {{1}}:", "cards": cards},
            {"1": "Asha", "2": "x/a.png", "3": "blend", "4": "x/b.png", "5": "blend"},
        ),
        "sign_in_code": ("whatsapp/authentication", code, {"1": "123456"}),
    }


def approve(place: Installation) -> None:
    connection = place.number.connection
    if place.number.api_provider != "twilio" or connection is None:  # the others have them from Meta
        return
    told = connections.opened(connection)
    http, auth = place.sandbox.http, (told["TWILIO_ACCOUNT_SID"], told["TWILIO_AUTH_TOKEN"])
    for name, (kind, content, samples) in contents(f"{place.url}/m/").items():
        made = {"friendly_name": name, "language": "en_US", "variables": samples, "types": {kind: content}}
        answer = http.post("/twilio/content/v1/Content", json=made, auth=auth)
        assert answer.status_code == 201, answer.text
        category = {"spring_sale": "MARKETING", "new_coffees": "MARKETING", "sign_in_code": "AUTHENTICATION"}
        asked = {"name": name, "category": category.get(name, "UTILITY")}
        sid = answer.json()["sid"]
        answer = http.post(f"/twilio/content/v1/Content/{sid}/ApprovalRequests/whatsapp", json=asked, auth=auth)
        assert answer.status_code == 201, answer.text
        place.sandbox.post(f"/_sandbox/templates/{sid}/review", {"status": "approved"})
