"""What a customer finds in an empty chat: the shop's cart and catalog, first questions and commands (reference §10)."""

from safarichat.sandbox.meta.errors import GraphError
from safarichat.sandbox.things import JSON, PhoneNumber
from safarichat.sandbox.wire import is_true, unpacked
from safarichat.sandbox.world import World

MOST_COMMANDS, MOST_PROMPTS = 30, 4
LONGEST_NAME, LONGEST_DESCRIPTION, LONGEST_PROMPT = 32, 256, 80
COMMERCE = ("is_cart_enabled", "is_catalog_visible")
AUTOMATION = ("enable_welcome_message", "commands", "prompts")
Given = dict[str, JSON]


def commerce(number: PhoneNumber) -> Given:
    return {"data": [{"is_cart_enabled": True, "is_catalog_visible": False} | number.commerce | {"id": number.id}]}


def change_commerce(world: World, number: PhoneNumber, given: Given) -> Given:
    told = {name: is_true(given[name]) for name in COMMERCE if name in given}
    if not told:
        raise GraphError(100, "The parameter is_cart_enabled or is_catalog_visible is required.")
    number.commerce |= told
    world.numbers.put(number)
    return {"success": True}


def automation(number: PhoneNumber) -> Given:
    return number.automation | {"id": number.id}


def change_automation(world: World, number: PhoneNumber, given: Given) -> Given:
    told = {name: unpacked(given[name]) for name in AUTOMATION if name in given}
    commands, prompts = told.get("commands") or [], told.get("prompts") or []
    if not isinstance(commands, list) or len(commands) > MOST_COMMANDS:
        raise GraphError(100, f"Param commands must hold at most {MOST_COMMANDS} commands.")
    if not isinstance(prompts, list) or len(prompts) > MOST_PROMPTS:
        raise GraphError(100, f"Param prompts must hold at most {MOST_PROMPTS} prompts.")
    for command in commands:
        _check(command.get("command_name"), "command_name", LONGEST_NAME)
        _check(command.get("command_description"), "command_description", LONGEST_DESCRIPTION)
    for prompt in prompts:
        _check(prompt, "prompts", LONGEST_PROMPT)
    if "enable_welcome_message" in told:
        told["enable_welcome_message"] = is_true(told["enable_welcome_message"])
    number.automation |= told
    world.numbers.put(number)
    return {"success": True}


def _check(value: JSON, name: str, most: int) -> None:
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        raise GraphError(100, f"Param {name} must be 1 to {most} characters long.")
