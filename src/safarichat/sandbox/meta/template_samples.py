"""The templates of a new business account: one of every kind, and one in every state (reference §6.2, §6.4)."""

from typing import Any

JSON = Any
HANDLE = "4::aW1hZ2UvcG5n:sandbox"


def header(format: str, **more: JSON) -> JSON:
    return {"type": "HEADER", "format": format} | more


def body(text: str, *samples: str) -> JSON:
    return {"type": "BODY", "text": text} | ({"example": {"body_text": [list(samples)]}} if samples else {})


def footer(text: str) -> JSON:
    return {"type": "FOOTER", "text": text}


def buttons(*each: JSON) -> JSON:
    return {"type": "BUTTONS", "buttons": list(each)}


def url(text: str, address: str, sample: str = "") -> JSON:
    return {"type": "URL", "text": text, "url": address} | (
        {"example": [address.replace("{{1}}", sample)]} if sample else {}
    )


def reply(text: str) -> JSON:
    return {"type": "QUICK_REPLY", "text": text}


PICTURE = header("IMAGE", example={"header_handle": [HANDLE]})
BILL = header("DOCUMENT", example={"header_handle": [HANDLE]})
HELLO_WORLD: list[JSON] = [
    header("TEXT", text="Hello World"),
    body(
        "Welcome and congratulations!! This message demonstrates your ability to send a WhatsApp message "
        "notification from the Cloud API, hosted by Meta. Thank you for taking the time to test with us."
    ),
    footer("WhatsApp Business Platform sample message"),
]
CODE = "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}"


def card(text: str, place: int) -> JSON:
    return {
        "components": [
            PICTURE,
            body(text),
            buttons(reply("Tell me more"), url("Order", f"https://shop.example/{place}/{{{{1}}}}", "blend")),
        ]
    }


def named(text: str, **samples: str) -> JSON:
    told = [{"param_name": name, "example": sample} for name, sample in samples.items()]
    return {"type": "BODY", "text": text, "example": {"body_text_named_params": told}}


# name, language, category, status, components, and what else differs from the usual
SAMPLES: list[tuple[str, str, str, str, list[JSON], dict[str, JSON]]] = [
    ("hello_world", "en_US", "UTILITY", "APPROVED", HELLO_WORLD, {}),
    (
        "order_update",
        "en_US",
        "UTILITY",
        "APPROVED",
        [
            header("TEXT", text="Order {{1}}", example={"header_text": ["A-1017"]}),
            body("Hi {{1}}, your order of {{2}} is on its way and arrives on *{{3}}*.", "Asha", "roses", "Friday"),
            footer("Asha Flowers"),
            buttons(url("Track it", "https://shop.example/track/{{1}}", "A-1017"), reply("Change the day")),
        ],
        {},
    ),
    (
        "order_update",
        "sw",
        "UTILITY",
        "APPROVED",
        [
            header("TEXT", text="Agizo {{1}}", example={"header_text": ["A-1017"]}),
            body("Habari {{1}}, agizo lako la {{2}} liko njiani na litafika *{{3}}*.", "Asha", "waridi", "Ijumaa"),
            footer("Asha Flowers"),
            buttons(url("Fuatilia", "https://shop.example/track/{{1}}", "A-1017"), reply("Badilisha siku")),
        ],
        {},
    ),
    (
        "appointment_reminder",
        "en",
        "UTILITY",
        "APPROVED",
        [
            named(
                "Dear {{first_name}}, see you on {{day}} at {{time}}.", first_name="Asha", day="Monday", time="10:00"
            ),
            buttons(reply("I will come"), reply("Another day")),
        ],
        {"parameter_format": "NAMED"},
    ),
    (
        "invoice",
        "en_US",
        "UTILITY",
        "APPROVED",
        [BILL, body("Here is your bill for {{1}}. Thank you!", "October")],
        {},
    ),
    (
        "find_us",
        "en_US",
        "UTILITY",
        "APPROVED",
        [header("LOCATION"), body("We moved! You find us here, {{1}}.", "Asha")],
        {},
    ),
    (
        "spring_sale",
        "en_US",
        "MARKETING",
        "APPROVED",
        [
            PICTURE,
            body("{{1}}, all bouquets are {{2}} cheaper until Sunday.", "Asha", "20 %"),
            footer("Reply STOP to hear no more of this."),
            buttons({"type": "COPY_CODE", "text": "Copy the code", "example": ["SPRING20"]}, reply("Stop")),
        ],
        {"quality": "GREEN"},
    ),
    (
        "last_hours",
        "en_US",
        "MARKETING",
        "APPROVED",
        [
            PICTURE,
            {
                "type": "LIMITED_TIME_OFFER",
                "limited_time_offer": {"text": "Ends soon!", "has_expiration": True},
            },
            body("Hello {{1}}, the sale ends tonight.", "Asha"),
            buttons(
                {"type": "COPY_CODE", "text": "Copy the code", "example": ["SPRING20"]},
                url("Shop", "https://shop.example/sale/{{1}}", "roses"),
            ),
        ],
        {},
    ),
    (
        "new_coffees",
        "en_US",
        "MARKETING",
        "APPROVED",
        [
            body("New this week, {{1}}:", "Asha"),
            {
                "type": "CAROUSEL",
                "cards": [card("Kilimanjaro, dark and round", 1), card("Sidamo, light and fruity", 2)],
            },
        ],
        {},
    ),
    (
        "sign_in_code",
        "en_US",
        "AUTHENTICATION",
        "APPROVED",
        [
            {
                "type": "BODY",
                "text": "*{{1}}* is your verification code. For your security, do not share this code.",
                "add_security_recommendation": True,
                "example": {"body_text": [["123456"]]},
            },
            {"type": "FOOTER", "text": "This code expires in 10 minutes.", "code_expiration_minutes": 10},
            buttons({"type": "URL", "text": "Copy code", "url": CODE, "example": [CODE.replace("{{1}}", "123456")]}),
        ],
        {},
    ),
    (
        "feedback",
        "en_US",
        "MARKETING",
        "PAUSED",
        [body("How did you like your flowers, {{1}}?", "Asha"), buttons(reply("Very much"), reply("Not at all"))],
        {"quality": "RED"},
    ),
    ("old_offer", "en_US", "MARKETING", "DISABLED", [body("Everything must go!")], {"quality": "RED"}),
    ("opening_hours", "de", "UTILITY", "PENDING", [body("Wir haben von {{1}} bis {{2}} Uhr offen.", "9", "18")], {}),
    (
        "win_a_prize",
        "en_US",
        "MARKETING",
        "REJECTED",
        [body("You have won! Send us your card number.")],
        {"rejected_reason": "SCAM"},
    ),
]
