"""Meta itself: the Cloud API with the operator's Meta app, by Embedded Signup, or with an app of the person's own."""

from collections.abc import Mapping

from safarichat.providers.changes import Change
from safarichat.providers.cloud_api.changes import changes
from safarichat.providers.cloud_api.envelope import read as read_body
from safarichat.providers.cloud_api.parts import parts as parts_of
from safarichat.providers.cloud_api.sending import losses as losses
from safarichat.providers.meta.about import ABILITIES, FACTS
from safarichat.providers.meta.callbacks import hooks as hooks
from safarichat.providers.meta.callbacks import register_hooks as register_hooks
from safarichat.providers.meta.causes import CAUSES
from safarichat.providers.meta.checking import check as check
from safarichat.providers.meta.connecting import connect as connect
from safarichat.providers.meta.deeds import DEEDS
from safarichat.providers.meta.leaving import disconnect as disconnect
from safarichat.providers.meta.media import fetch_media as fetch_media
from safarichat.providers.meta.media import upload_media as upload_media
from safarichat.providers.meta.passing import pass_on as pass_on
from safarichat.providers.meta.sending import mark_read as mark_read
from safarichat.providers.meta.sending import send as send
from safarichat.providers.meta.signup import holder as holder
from safarichat.providers.meta.signup import login as login
from safarichat.providers.meta.signup import missing_settings as missing_settings
from safarichat.providers.meta.signup import session_event as session_event
from safarichat.providers.meta.signup import trusted_origins as trusted_origins
from safarichat.providers.meta.template_list import templates as templates
from safarichat.providers.meta.webhooks import authentic as authentic
from safarichat.providers.meta.webhooks import greet as greet
from safarichat.providers.meta.withdrawing import withdrawn as withdrawn
from safarichat.providers.shapes import JSON, Event, Hook, Number, Platform, Talk

name = "meta"
facts = FACTS
abilities = ABILITIES
causes = CAUSES
deeds = DEEDS
operator_hook = "meta"
hook_answer = ("text/plain; charset=utf-8", b"")


def returned(query: Mapping[str, str]) -> tuple[str, Mapping[str, JSON]]:
    return "", {}


def missed(number: Number, platform: Platform, since: int) -> Talk[list[Event]]:
    """Meta repeats a webhook that was not taken for a week by itself."""
    yield from ()
    return []


def read(hook: Hook) -> list[Event]:
    return read_body(hook.body)


def told(hook: Hook, at: int) -> list[Change]:
    return changes(hook.body)


def parts(hook: Hook) -> list[bytes]:
    return parts_of(hook.body)
