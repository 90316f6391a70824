"""What the visitor of a connect link may do: begin, come back, go on, and see what came of it.

A link belongs to the browser that first signs in with it. Until then it may be opened in another one, since the first
is often a messenger's own; afterwards only that browser goes on, and only it sees the end. It is used when a number is
connected, whoever connects it: the walk itself says so.
"""

from datetime import datetime

from django.db.models import Q
from msgspec import Struct

from safarichat.ground.notify import announce
from safarichat.ground.tenancy import acting_for
from safarichat.numbers import links
from safarichat.numbers.models import ConnectLink, OfficialWhatsappCredential, Onboarding


class Visit(Struct, frozen=True):
    """`state`: open (it may be begun), begun (this browser may go on), done (this browser may see the end), elsewhere
    (another browser's), ended."""

    link: ConnectLink
    browser: str
    state: str

    def __repr__(self) -> str:  # the browser's secret
        return f"Visit({self.link.pk}, {self.state})"

    @property
    def may_connect(self) -> bool:
        return self.state in ("open", "begun")


def visit(token: str, browser: str, now: datetime) -> Visit | None:
    """Somebody opens a link. None: there is no such link."""
    link = links.known(token)
    return Visit(link, browser, _state(link, browser, now)) if link else None


def returning(state: str, browser: str, now: datetime) -> Visit | None:
    """Somebody comes back from a provider to our one address: to the link that this browser's sign-in came from."""
    if not state or not browser:
        return None
    begun = Onboarding.objects.filter(state_digest=links.digest(state), session_digest=links.digest(browser))
    found = begun.exclude(link=None).select_related("link__credential").first()
    return Visit(found.link, browser, _state(found.link, browser, now)) if found and found.link else None


def _state(link: ConnectLink, browser: str, now: datetime) -> str:
    is_its_browser = bool(browser) and link.browser_digest == links.digest(browser)
    match links.state(link, now):
        case "used":
            return "done" if is_its_browser else "ended"
        case "revoked" | "expired":
            return "ended"
    if not links.has_its_maker(link):
        return "ended"
    if link.browser_digest:
        return "begun" if is_its_browser else "elsewhere"
    return "open"


def attempt(visit: Visit, credential_id: int | None = None, provider: str = "") -> OfficialWhatsappCredential | None:
    """The newest number that this browser began through this link (with this provider), or the named one if it is one
    of those."""
    if not visit.browser:
        return None
    with acting_for(visit.link.account_id):
        begun = Onboarding.objects.filter(link=visit.link, session_digest=links.digest(visit.browser))
        if credential_id is not None:
            begun = begun.filter(credential_id=credential_id)
        elif provider:
            begun = begun.filter(credential__api_provider=provider)
        newest = begun.select_related("credential__connection").order_by("-id").first()
    return newest.credential if newest else None


# --- in the transactions of a walk -----------------------------------------------------------------------------------


def take(link_id: int, onboarding: Onboarding, now: datetime) -> bool:
    """Make the link that this walk came from its browser's own. False: it is another's by now, used or revoked."""
    free = Q(browser_digest="") | Q(browser_digest=onboarding.session_digest)
    mine = ConnectLink.objects.filter(free, pk=link_id, used_at=None, revoked_at=None)
    taken = mine.update(browser_digest=onboarding.session_digest, credential_id=onboarding.credential_id)
    announce(onboarding.account_id, "links")
    return bool(taken)


def connected(row: OfficialWhatsappCredential, now: datetime) -> None:
    """A walk has connected this number: the link that led to it, if one did, is used up. Programs are told of it by
    `endpoints.watching`."""
    if ConnectLink.objects.filter(credential_id=row.pk, used_at=None).update(used_at=now, token=""):
        announce(row.account_id, "links")
