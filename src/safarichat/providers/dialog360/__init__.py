"""360dialog: a partner that hosts Meta's Cloud API. One key is one number; its hub knows whose."""

from collections.abc import Mapping

from safarichat.providers.cloud_api.sending import losses as losses
from safarichat.providers.dialog360.about import ABILITIES, FACTS
from safarichat.providers.dialog360.checking import check as check
from safarichat.providers.dialog360.connecting import connect as connect
from safarichat.providers.dialog360.deeds import DEEDS
from safarichat.providers.dialog360.media import fetch_media as fetch_media
from safarichat.providers.dialog360.media import upload_media as upload_media
from safarichat.providers.dialog360.partner import hooks as hooks
from safarichat.providers.dialog360.partner import register_hooks as register_hooks
from safarichat.providers.dialog360.passing import pass_on as pass_on
from safarichat.providers.dialog360.problems import CAUSES
from safarichat.providers.dialog360.signup import holder as holder
from safarichat.providers.dialog360.signup import login as login
from safarichat.providers.dialog360.signup import missing_settings as missing_settings
from safarichat.providers.dialog360.signup import returned as returned
from safarichat.providers.dialog360.signup import session_event as session_event
from safarichat.providers.dialog360.signup import trusted_origins as trusted_origins
from safarichat.providers.dialog360.template_list import templates as templates
from safarichat.providers.dialog360.use import disconnect as disconnect
from safarichat.providers.dialog360.use import mark_read as mark_read
from safarichat.providers.dialog360.use import send as send
from safarichat.providers.dialog360.webhooks import authentic as authentic
from safarichat.providers.dialog360.webhooks import greet as greet
from safarichat.providers.dialog360.webhooks import parts as parts
from safarichat.providers.dialog360.webhooks import read as read
from safarichat.providers.dialog360.webhooks import told as told
from safarichat.providers.shapes import Event, Hook, Number, Platform, Talk, Withdrawal

name = "360dialog"
facts = FACTS
abilities = ABILITIES
causes = CAUSES
deeds = DEEDS
operator_hook = "360dialog-partner"
hook_answer = ("text/plain; charset=utf-8", b"")


def withdrawn(hook: Hook, secrets: Mapping[str, str]) -> Withdrawal | None:
    """360dialog tells it as an event of the channel."""
    return None


def missed(number: Number, platform: Platform, since: int) -> Talk[list[Event]]:
    """360dialog repeats a webhook that was not taken by itself."""
    yield from ()
    return []
