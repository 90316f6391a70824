"""The webhook field `user_preferences`: what customers want to get from the business (reference §7.10)."""

from collections.abc import Iterator, Mapping

from safarichat.providers.cloud_api.loose import mappings, phone_number_id_of, text, unix_s
from safarichat.providers.cloud_api.people import Contacts, whom
from safarichat.providers.shapes import JSON, ConsentChanged, Event, Unreadable


def read(value: Mapping[str, JSON], waba_id: str, at: int) -> Iterator[Event]:
    choices = value.get("user_preferences")
    if not isinstance(choices, list):
        yield Unreadable("user_preferences is not a list", value)
        return
    contacts = Contacts(mappings(value, "contacts"), len(choices))
    for index, choice in enumerate(choices):
        if not isinstance(choice, dict):
            yield Unreadable("one of user_preferences is not an object", choice)
            continue
        yield ConsentChanged(
            field="user_preferences",
            event=text(choice, "value").lower(),
            category=text(choice, "category").lower(),
            waba_id=waba_id,
            phone_number_id=phone_number_id_of(value),
            person=whom(contacts, choice, index, "wa_id", "user_id", "parent_user_id"),
            at=unix_s(choice, "timestamp") or at,
            value=choice,
        )
