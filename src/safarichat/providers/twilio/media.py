"""Customers' files from Twilio: an address that opens with the account's sign-in and leads on (reference §9)."""

from urllib.parse import urljoin, urlsplit

from safarichat.providers.errors import N_
from safarichat.providers.files import LARGEST, PATIENCE_S, STRANGE_ADDRESS, Fetched, Ref, Uploaded, not_fetched
from safarichat.providers.shapes import Answer, Call, FilePart, Later, Number, Platform, Problem, Refused, Reply, Talk
from safarichat.providers.twilio.errors import classify
from safarichat.providers.twilio.rest import account_of, api_base, ask, is_ok

MOST_REDIRECTS = 3
ONLY_LINKS = Problem(
    key="media_by_link_only",
    code=131009,
    message=N_("Twilio takes files by a link only."),
    fault="us",
    scope="message",
)


def fetch_media(number: Number, ref: Ref, platform: Platform) -> Talk[Fetched | Refused | Later]:
    url = ref.url or ref.id
    if not url.startswith(f"{api_base(platform)}/2010-04-01/Accounts/"):
        return Refused(STRANGE_ADDRESS)
    answer = yield from ask(_download(url, {"authorization": account_of(platform).authorization}, is_strange=False))
    for _ in range(MOST_REDIRECTS):
        target = _leads_to(answer, url)
        if not target:
            break
        url = target
        answer = yield from ask(_download(url, {}, is_strange=True))  # the sign-in is for Twilio alone
    if not isinstance(answer, Reply) or not is_ok(answer):
        return not_fetched(answer, classify(answer))
    return Fetched(mime_type=answer.headers.get("content-type", "").partition(";")[0].strip(), name=_name(answer))


def upload_media(number: Number, file: FilePart, platform: Platform) -> Talk[Uploaded | Refused | Later]:
    yield from ()
    return Refused(ONLY_LINKS)


def _download(url: str, headers: dict[str, str], *, is_strange: bool) -> Call:
    return Call(
        name="download media",
        method="GET",
        url=url,
        headers=headers,
        is_download=True,
        is_strange=is_strange,
        timeout_s=PATIENCE_S,
        max_bytes=LARGEST,
        is_routine=True,
    )


def _leads_to(answer: Answer, url: str) -> str:
    if not isinstance(answer, Reply) or answer.status not in (301, 302, 303, 307, 308):
        return ""
    target = urljoin(url, answer.headers.get("location", ""))
    return target if urlsplit(target).scheme in ("https", "http") else ""


def _name(answer: Reply) -> str:
    _, sign, rest = answer.headers.get("content-disposition", "").partition("filename=")
    return rest.split(";")[0].strip().strip('"')[:200] if sign else ""
