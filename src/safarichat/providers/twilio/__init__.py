"""Twilio: WhatsApp senders of a person's own account, or of a subaccount that is made for them."""

from collections.abc import Mapping

from safarichat.providers.changes import Change
from safarichat.providers.cloud_api.retold import retold
from safarichat.providers.passing import Passed
from safarichat.providers.shapes import (
    Answer,
    Health,
    Hook,
    Later,
    Lost,
    Number,
    Platform,
    Refused,
    Talk,
    Unknown,
    Withdrawal,
)
from safarichat.providers.twilio.about import ABILITIES, FACTS
from safarichat.providers.twilio.checking import check as check
from safarichat.providers.twilio.connecting import connect as connect
from safarichat.providers.twilio.deeds import DEEDS
from safarichat.providers.twilio.leaving import disconnect as disconnect
from safarichat.providers.twilio.media import fetch_media as fetch_media
from safarichat.providers.twilio.media import upload_media as upload_media
from safarichat.providers.twilio.missing import missed as missed
from safarichat.providers.twilio.problems import CAUSES
from safarichat.providers.twilio.reading import read as read
from safarichat.providers.twilio.sending import mark_read as mark_read
from safarichat.providers.twilio.sending import send as send
from safarichat.providers.twilio.signup import holder as holder
from safarichat.providers.twilio.signup import login as login
from safarichat.providers.twilio.signup import missing_settings as missing_settings
from safarichat.providers.twilio.signup import returned as returned
from safarichat.providers.twilio.signup import session_event as session_event
from safarichat.providers.twilio.signup import trusted_origins as trusted_origins
from safarichat.providers.twilio.template_list import templates as templates
from safarichat.providers.twilio.translating import losses as losses
from safarichat.providers.twilio.webhooks import authentic as authentic
from safarichat.providers.twilio.webhooks import greet as greet

name = "twilio"
facts = FACTS
abilities = ABILITIES
causes = CAUSES
deeds = DEEDS
operator_hook = ""  # each sender has an address of its own
hook_answer = ("text/xml", b"<Response/>")  # (!) any text would be sent to the customer as an answer


def pass_on(number: Number, asked: Passed, platform: Platform) -> Talk[Answer | Refused | Later | Unknown]:
    """Twilio speaks a language of its own."""
    yield from ()
    return Lost("not offered", may_have_arrived=False)


def withdrawn(hook: Hook, secrets: Mapping[str, str]) -> Withdrawal | None:
    """Twilio tells nobody."""
    return None


def told(hook: Hook, at: int) -> list[Change]:
    return retold(read(hook), at)


def parts(hook: Hook) -> list[bytes]:
    """One at a time."""
    return [hook.body]


def hooks(platform: Platform) -> Talk[Health]:
    yield from ()
    return Health(status="connected", checks=())


def register_hooks(platform: Platform) -> Talk[Health]:
    return (yield from hooks(platform))
