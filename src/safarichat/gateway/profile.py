"""`/{number}/whatsapp_business_profile` (reference §10)."""

from collections.abc import Callable

from safarichat.gateway import fields, resuming
from safarichat.gateway.answers import SUCCESS, Answer, Failed, not_there, outcome_told, told
from safarichat.gateway.calls import Call
from safarichat.gateway.objects import number_for_a_deed, number_of, row_of
from safarichat.ground.sql import JSON
from safarichat.numbers import deeds, presenting
from safarichat.providers.shapes import Deed, Done

FIELDS = ("about", "address", "description", "email", "profile_picture_url", "websites", "vertical")
WRITABLE = ("about", "address", "description", "email", "websites", "vertical")


def look(call: Call) -> Answer:
    """As the provider has it now; where it can't be asked for that, as we know it."""
    number = number_of(call)
    row = row_of(call, number)
    if not deeds.why_not(row, "read_profile"):
        outcome = presenting.read(number.account_id, number.credential_id)
        if outcome is not None and not isinstance(outcome, Done):
            return outcome_told(outcome)
        row = row_of(call, number)
    profile: dict[str, JSON] = {"vertical": "UNDEFINED", **presenting.profile_of(row), "messaging_product": "whatsapp"}
    asked = fields.wanted(call.told.get("fields"))
    shown = fields.selected(profile, asked, (*FIELDS, "messaging_product"))
    return told({"data": [{**shown, "messaging_product": "whatsapp"}]})


def change(call: Call) -> Answer:
    number = number_for_a_deed(call)
    changes = {name: call.told[name] for name in WRITABLE if name in call.told}
    deeds_asked: list[Callable[[], Deed | None]] = []
    if changes:
        deeds_asked.append(lambda: presenting.write(number.account_id, number.credential_id, changes))
    if handle := call.told.get("profile_picture_handle"):
        mime_type, data = resuming.file_of(call, handle)
        deeds_asked.append(
            lambda: presenting.write_photo(number.account_id, number.credential_id, mime_type=mime_type, data=data)
        )
    for write in deeds_asked:
        outcome = write()
        if outcome is None:
            raise Failed(not_there(call.place.parts[0], call.method))
        if not isinstance(outcome, Done):
            return outcome_told(outcome)
    return SUCCESS
