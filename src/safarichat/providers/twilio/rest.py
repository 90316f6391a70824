"""Asking Twilio: its three hosts, who asks, and lists in pages (reference §1, §2, §3.1, §5.1)."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from safarichat.providers.cloud_api.loose import decode, mapping, mappings, text
from safarichat.providers.shapes import JSON, Answer, Call, Lost, Platform, Reply, Talk

MOST_PAGES = 25
Form = Sequence[tuple[str, str]]


class Account(Struct, frozen=True, kw_only=True):
    """A Twilio account and by what we ask in its name: an API key where there is one, else its auth token."""

    sid: str
    auth_token: str
    key_sid: str = ""
    key_secret: str = ""

    def __repr__(self) -> str:
        return "Account(…)"

    @property
    def has_key(self) -> bool:
        return bool(self.key_sid and self.key_secret)

    @property
    def with_token(self) -> "Account":
        """Asked by its auth token, whatever keys it has: that is what signs its webhooks."""
        return Account(sid=self.sid, auth_token=self.auth_token)

    @property
    def authorization(self) -> str:
        user, secret = (self.key_sid, self.key_secret) if self.has_key else (self.sid, self.auth_token)
        return f"Basic {b64encode(f'{user}:{secret}'.encode()).decode()}"


def account_of(platform: Platform) -> Account:
    """The account of a number with a connection of its own; without one, the operator's."""
    return Account(
        sid=platform["TWILIO_ACCOUNT_SID"],
        auth_token=platform["TWILIO_AUTH_TOKEN"],
        key_sid=platform["TWILIO_API_KEY_SID"],
        key_secret=platform["TWILIO_API_KEY_SECRET"],
    )


# --- hosts -----------------------------------------------------------------------------------------------------------


def api(
    platform: Platform,
    account: Account,
    name: str,
    method: str,
    path: str,
    *,
    form: Form | None = None,
    query: Mapping[str, str] | None = None,
    is_routine: bool = False,
) -> Call:
    """`path` under the account: `.json` is its own, `/Messages.json` its messages."""
    return Call(
        name=name,
        method=method,
        url=f"{api_base(platform)}/2010-04-01/Accounts/{account.sid}{path}",
        headers={"authorization": account.authorization},
        query=query or {},
        form=form,
        max_bytes=2_000_000,
        is_routine=is_routine,
    )


def accounts(
    platform: Platform,
    parent: Account,
    name: str,
    method: str,
    sid: str = "",
    *,
    form: Form | None = None,
    query: Mapping[str, str] | None = None,
) -> Call:
    """The accounts under this one, or one of them, in the name of the parent."""
    return Call(
        name=name,
        method=method,
        url=f"{api_base(platform)}/2010-04-01/Accounts{f'/{sid}' if sid else ''}.json",
        headers={"authorization": parent.authorization},
        query=query or {},
        form=form,
        is_operators=True,
    )


def api_base(platform: Platform) -> str:
    return (platform["TWILIO_API_URL"] or "https://api.twilio.com").rstrip("/")


def content(
    platform: Platform,
    account: Account,
    name: str,
    method: str,
    path: str,
    *,
    json: JSON = None,
    query: Mapping[str, str] | None = None,
) -> Call:
    base = platform["TWILIO_CONTENT_URL"] or "https://content.twilio.com"
    return _json_call(account, name, method, f"{base.rstrip('/')}/{path}", json, query)


def messaging(
    platform: Platform,
    account: Account,
    name: str,
    method: str,
    path: str,
    *,
    json: JSON = None,
    form: Form | None = None,
    query: Mapping[str, str] | None = None,
) -> Call:
    """Senders take JSON, messaging services a form."""
    base = platform["TWILIO_MESSAGING_URL"] or "https://messaging.twilio.com"
    call = _json_call(account, name, method, f"{base.rstrip('/')}/{path}", json, query)
    return replace(call, form=form) if form else call


def _json_call(account: Account, name: str, method: str, url: str, json: JSON, query: Mapping[str, str] | None) -> Call:
    headers = {"authorization": account.authorization}
    return Call(name=name, method=method, url=url, headers=headers, json=json, query=query or {}, max_bytes=2_000_000)


# --- answers ---------------------------------------------------------------------------------------------------------


def ask(call: Call) -> Talk[Answer]:
    """One call and its answer."""
    answer = yield call
    assert answer is not None, "a call was driven without an answer"
    return answer


def is_ok(answer: Answer) -> bool:
    return isinstance(answer, Reply) and 200 <= answer.status < 300


def node(answer: Answer) -> Mapping[str, JSON]:
    """The object of a success; empty otherwise."""
    if isinstance(answer, Lost) or not is_ok(answer):
        return {}
    try:
        payload = decode(answer.body)
    except ValueError:
        return {}
    return payload if isinstance(payload, dict) else {}


class Listed(Struct, frozen=True):
    """The objects of a list's pages as far as they could be read; `failure` is the answer at which they ended."""

    items: list[Mapping[str, JSON]]
    failure: Answer | None = None


def pages(
    first: Call, key: str, most: int = MOST_PAGES, *, is_last: Callable[[Mapping[str, JSON]], bool] | None = None
) -> Talk[Listed]:
    """All pages of a list, or up to the one that ends with something beyond which nobody wants to read. Of the address
    of a next page only its query is taken: where we ask is ours to say."""
    items: list[Mapping[str, JSON]] = []
    call = first
    for _ in range(most):
        answer = yield from ask(call)
        if not is_ok(answer):
            return Listed(items, answer)
        payload = node(answer)
        items += mappings(payload, key)
        address = text(payload, "next_page_uri") or text(mapping(payload, "meta"), "next_page_url")
        if not address or (is_last and items and is_last(items[-1])):
            break
        call = _with_query(first, dict(parse_qsl(urlsplit(address).query)))
    return Listed(items)


def _with_query(call: Call, query: Mapping[str, str]) -> Call:
    return replace(call, query={**call.query, **query})
