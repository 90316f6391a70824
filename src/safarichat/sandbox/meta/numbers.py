"""Deeds on business numbers: register, verify, PIN, profile (reference §3)."""

import re

from safarichat.sandbox import ids, phones
from safarichat.sandbox.meta import uploads
from safarichat.sandbox.meta.errors import GraphError
from safarichat.sandbox.meta.subscriptions import shake_hands
from safarichat.sandbox.outgoing import Outgoing
from safarichat.sandbox.things import JSON, Override, PhoneNumber
from safarichat.sandbox.world import World

REGISTRATIONS, PER_HOURS = 10, 72
PIN_GUESSES, GUESS_EVERY_S, GUESSES_FORGOTTEN_S = 5, 1.0, 3600
CODES_PER_HOUR, WRONG_CODES = 5, 5
PROFILE_LIMITS = {"about": 139, "address": 256, "description": 512, "email": 128}


def make_number(world: World, waba_id: str, phone: str, name: str, *, verified: bool) -> PhoneNumber:
    return world.numbers.put(
        PhoneNumber(
            id=ids.object_id(),
            waba_id=waba_id,
            phone=phone,
            display=phones.pretty(phone),
            verified_name=name,
            verification="VERIFIED" if verified else "NOT_VERIFIED",
            certificate=ids.access_token()[:80],
            profile={"about": "Hey there! I am using WhatsApp.", "vertical": "UNDEFINED"},
        )
    )


def add(world: World, waba_id: str, parameters: dict[str, JSON]) -> dict[str, JSON]:
    phone = phones.digits(f"{parameters.get('cc') or ''}{parameters.get('phone_number') or ''}")
    if not phones.is_real(phone):
        raise GraphError(100, "The parameter phone_number is required.")
    if world.number(phone) is not None:
        raise GraphError(100, "The phone number is already in use.", subcode=2388012)
    return {"id": make_number(world, waba_id, phone, str(parameters.get("verified_name") or phone), verified=False).id}


def register(world: World, number: PhoneNumber, parameters: dict[str, JSON]) -> dict[str, JSON]:
    _need_product(parameters)
    pin = str(parameters.get("pin") or "")
    if not re.fullmatch(r"\d{6}", pin):
        raise GraphError(100, "Param pin must be a string of 6 digits.")
    _not_coexistent(number)
    _check_registrations(world, number)
    if number.verification != "VERIFIED":
        raise GraphError(133006)
    _check_pin(world, number, pin)
    number.pin, number.registered, number.onboarded_at = pin, True, int(world.now())
    number.registrations.append(world.now())
    world.numbers.put(number)
    return {"success": True}


def deregister(world: World, number: PhoneNumber) -> dict[str, JSON]:
    _not_coexistent(number)
    if not number.registered:
        raise GraphError(133010)
    _check_registrations(world, number)
    number.registrations.append(world.now())
    number.registered = False
    world.numbers.put(number)
    return {"success": True}


def request_code(world: World, number: PhoneNumber, parameters: dict[str, JSON]) -> dict[str, JSON]:
    if parameters.get("code_method") not in ("SMS", "VOICE"):
        raise GraphError(100, "Param code_method must be one of {SMS, VOICE}.")
    if not parameters.get("language"):
        raise GraphError(100, "The parameter language is required.")
    if number.verification == "VERIFIED":
        title = ("Phone number already verified", "The phone number is already verified.")
        raise GraphError(136024, "Request code error", user=title)
    now = world.now()
    number.code_asked_at = [at for at in number.code_asked_at if now - at < 3600]
    if len(number.code_asked_at) >= CODES_PER_HOUR:
        raise GraphError(136024, user=("Couldn't send code", "You requested too many codes. Try again later."))
    number.code_asked_at.append(now)
    number.code, number.wrong_codes = ids.pin(), 0
    world.numbers.put(number)
    return {"success": True}


def verify_code(world: World, number: PhoneNumber, parameters: dict[str, JSON]) -> dict[str, JSON]:
    given = str(parameters.get("code") or "")
    if not given:
        raise GraphError(100, "The parameter code is required.")
    if not number.code or number.wrong_codes >= WRONG_CODES:
        raise GraphError(136025, user=("Couldn't verify code", "Request a new code and try again."))
    if given != number.code:
        number.wrong_codes += 1
        world.numbers.put(number)
        raise GraphError(136025, user=("Couldn't verify code", "The code you entered is incorrect."))
    number.verification, number.code = "VERIFIED", ""
    world.numbers.put(number)
    return {"success": True}


async def change(world: World, outgoing: Outgoing, number: PhoneNumber, parameters: dict[str, JSON]) -> dict[str, JSON]:
    """POST {PHONE}: PIN, display name, webhook override."""
    known = False
    if "pin" in parameters:
        known = True
        if not re.fullmatch(r"\d{6}", str(parameters["pin"])):
            raise GraphError(100, "Param pin must be a string of 6 digits.")
        number.pin = str(parameters["pin"])
    if name := parameters.get("new_display_name"):
        known = True
        if not 2 <= len(str(name)) <= 75:
            raise GraphError(100, "Param new_display_name must be 2 to 75 characters long.")
        number.new_name, number.new_name_status = str(name), "PENDING_REVIEW"
    if "webhook_configuration" in parameters:
        known = True
        await _set_override(outgoing, number, parameters["webhook_configuration"])
    if not known:
        raise GraphError(100, "The parameter webhook_configuration is required.")
    world.numbers.put(number)
    return {"success": True}


def read_profile(number: PhoneNumber, fields: str) -> dict[str, JSON]:
    wanted = [name.strip() for name in fields.split(",") if name.strip()]
    shown = {name: value for name, value in number.profile.items() if not wanted or name in wanted}
    return {"data": [shown | {"messaging_product": "whatsapp"}]}


def change_profile(world: World, number: PhoneNumber, parameters: dict[str, JSON]) -> dict[str, JSON]:
    _need_product(parameters)
    for key, most in PROFILE_LIMITS.items():
        if len(str(parameters.get(key, ""))) > most:
            raise GraphError(100, f"Param {key} must be at most {most} characters long.")
    if handle := parameters.get("profile_picture_handle"):
        number.profile["profile_picture_url"] = uploads.picture_url(world, str(handle))
    for key in (*PROFILE_LIMITS, "websites", "vertical"):
        if key in parameters:
            number.profile[key] = parameters[key]
    world.numbers.put(number)
    return {"success": True}


async def _set_override(outgoing: Outgoing, number: PhoneNumber, wanted: JSON) -> None:
    if not isinstance(wanted, dict) or "override_callback_uri" not in wanted:
        raise GraphError(100, "Param webhook_configuration must hold override_callback_uri.")
    url, verify = str(wanted["override_callback_uri"] or ""), str(wanted.get("verify_token") or "")
    if url:
        await shake_hands(outgoing, url, verify)
    number.override = Override(url=url, verify_token=verify)


def _check_pin(world: World, number: PhoneNumber, pin: str) -> None:
    now = world.now()
    number.wrong_pins = [at for at in number.wrong_pins if now - at < GUESSES_FORGOTTEN_S]
    if not number.pin or (number.pin == pin and len(number.wrong_pins) < PIN_GUESSES):
        return
    if len(number.wrong_pins) >= PIN_GUESSES:
        raise GraphError(133008)
    if number.wrong_pins and now - number.wrong_pins[-1] < GUESS_EVERY_S:
        raise GraphError(133009)
    number.wrong_pins.append(now)
    world.numbers.put(number)
    raise GraphError(133005)


def _check_registrations(world: World, number: PhoneNumber) -> None:
    now = world.now()
    number.registrations = [at for at in number.registrations if now - at < PER_HOURS * 3600]
    if len(number.registrations) >= REGISTRATIONS:
        raise GraphError(133016)


def _not_coexistent(number: PhoneNumber) -> None:
    if number.on_biz_app:
        raise GraphError(
            100, "Numbers in use with the WhatsApp Business app can't be registered or deregistered by API."
        )


def _need_product(parameters: dict[str, JSON]) -> None:
    if parameters.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required.")
