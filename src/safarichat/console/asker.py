"""Who goes through the wizard, and under which addresses: a person of the account, or the visitor of a connect link."""

from urllib.parse import urlencode

from django.conf import settings
from msgspec import Struct

from safarichat.console.tenant import TenantRequest
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.visits import Visit
from safarichat.numbers.walking import Walked

WIZARD = "/whatsapp/integration-options"
END = "/whatsapp/integration-success"
BASE = "/whatsapp/official"


class Asker(Struct, frozen=True, kw_only=True):
    """`user_id`: whose the number will be; `browser`: the secret that a sign-in is bound to. The visitor of a link has
    every page of theirs below `base`."""

    account_id: int
    user_id: int
    browser: str
    is_staff: bool = False
    visit: Visit | None = None
    base: str = BASE
    wizard: str = WIZARD
    end: str = END

    def __repr__(self) -> str:  # the browser's secret, and the link's token
        return f"Asker({self.account_id}, {self.user_id}, {self.link_id})"

    @property
    def link_id(self) -> int | None:
        return self.visit.link.pk if self.visit else None

    @property
    def limited_as(self) -> str:
        """What their limits are counted under."""
        return f"link:{self.link_id}" if self.link_id else str(self.user_id)

    def may_use(self, provider: str) -> bool:
        return self.visit is None or provider in self.visit.link.providers

    def after(self, walked: Walked) -> str:
        """Where it goes on: a person's at the operator's success or error address when the wizard has ended, a
        visitor's at their link; else the wizard at this number."""
        here = str(walked.credential_id)
        if walked.outcome == "connected":
            success = settings.WHATSAPP_EMBEDDED_SIGNUP_SUCCESS_URL
            return self.end if self.link_id else with_query(success, credential_id=here)
        if walked.outcome in ("failed", "cancelled") and not self.link_id:
            place = settings.WHATSAPP_EMBEDDED_SIGNUP_ERROR_URL
            return with_query(place, error=walked.problem or "failed", credential_id=here)
        return with_query(self.wizard, credential_id=here)

    def onward_url(self, **told: str) -> str:
        """Where the account wants its customer to go on, with what came of the visit; empty when it named no place."""
        if self.visit is None or not self.visit.link.next_url:
            return ""
        told |= {"reference": self.visit.link.reference}
        return with_query(self.visit.link.next_url, **{name: value for name, value in told.items() if value})

    def leave_url(self, row: OfficialWhatsappCredential | None) -> str:
        """The same for who leaves before a number is connected."""
        problem = row.error_logs[0].get("code") if row and row.error_logs else ""
        return self.onward_url(error=str(problem or "cancelled"))


def person(request: TenantRequest) -> Asker:
    """Whoever is logged in."""
    return Asker(
        account_id=request.account.pk,
        user_id=request.user.pk,
        browser=request.session.session_key or "",
        is_staff=request.user.is_staff,
    )


def with_query(place: str, **query: str) -> str:
    """The address with more in its query, before its fragment."""
    if not query:
        return place
    address, hash_, fragment = place.partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{urlencode(query)}{hash_}{fragment}"
