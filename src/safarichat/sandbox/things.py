"""What the pretend world is made of. Each thing has an `id` and is kept across restarts.

What becomes many is out of the garbage collector's sight: holding plain values only, it can be in no cycle.
"""

from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field

JSON = Any  # what travels in JSON


class Thing(Struct, kw_only=True):
    id: str


T = TypeVar("T", bound=Thing)


class Subscription(Struct, kw_only=True):
    """Where an app wants its webhooks, and which fields."""

    callback_url: str
    verify_token: str
    fields: list[str]


class Override(Struct, kw_only=True):
    """A callback of its own for one WABA or one number; an empty url means the app's."""

    url: str = ""
    verify_token: str = ""


class App(Thing):
    """`business_id` is the partner's own portfolio, `config_id` the login configuration."""

    secret: str
    name: str
    business_id: str
    config_id: str
    subscription: Subscription | None = None
    is_customers: bool = False


class Token(Thing):
    """`id` is the token itself. `waba_ids` are newest first; `all_assets` is the partner's own system user."""

    app_id: str
    user_id: str
    business_id: str
    scopes: list[str]
    waba_ids: list[str] = field(default_factory=list)
    all_assets: bool = False
    issued_at: int = 0
    expires_at: int = 0
    revoked: bool = False
    uninstalled: bool = False


class Upload(Thing):
    """A file on its way up in pieces; `id` is the session's, `handle` what it becomes."""

    app_id: str
    mime_type: str
    length: int
    data: bytes = b""
    handle: str = ""


class Code(Thing):
    """An authorization code: 30 seconds, one use, and for a full-page login bound to its redirect_uri."""

    app_id: str
    redirect_uri: str
    made_at: float
    scopes: list[str]
    waba_ids: list[str]
    business_id: str
    token_lifetime_s: int
    used: bool = False


class Business(Thing):
    name: str
    email: str = ""
    website: str = ""
    country: str = "KE"
    timezone: str = ""
    made_at: int = 0


class Waba(Thing):
    """`shared_with` are the apps the customer granted access to, `subscribed` those that asked for its webhooks,
    `solutions` the partner solutions by which it was shared with another provider, too."""

    name: str
    business_id: str
    currency: str = "USD"
    timezone_id: str = "1"
    country: str = "KE"
    made_at: int = 0
    shared_with: list[str] = field(default_factory=list)
    subscribed: dict[str, Override] = field(default_factory=dict)
    solutions: list[str] = field(default_factory=list)
    templates_made_at: list[float] = field(default_factory=list)
    reserved: dict[str, float] = field(default_factory=dict)  # names of deleted templates, and until when
    review: str = "APPROVED"
    status: str = "ACTIVE"
    blocked: dict[str, str] = field(default_factory=dict)  # entity type: BLOCKED or LIMITED


class PhoneNumber(Thing):
    """A business number. `phone` is digits with country code, `provider` who carries it."""

    waba_id: str
    phone: str
    display: str
    verified_name: str
    verification: str = "NOT_VERIFIED"
    quality: str = "UNKNOWN"
    throughput: str = "STANDARD"
    messaging_limit: str = "TIER_2K"
    name_status: str = "APPROVED"
    new_name: str = ""
    new_name_status: str = "NONE"
    account_mode: str = "LIVE"
    registered: bool = False
    pin: str = ""
    on_biz_app: bool = False
    synced: list[str] = field(default_factory=list)  # what the phone app handed over
    shares_history: bool = True  # the owner allowed it in the app
    shared_by: list[str] = field(default_factory=list)  # further messaging accounts, of other partners
    certificate: str = ""
    onboarded_at: int = 0
    override: Override = field(default_factory=Override)
    profile: dict[str, JSON] = field(default_factory=dict)
    code: str = ""
    code_asked_at: list[float] = field(default_factory=list)
    wrong_codes: int = 0
    registrations: list[float] = field(default_factory=list)
    wrong_pins: list[float] = field(default_factory=list)
    payment: bool = True
    restricted: str = ""
    standing: str = ""  # status of the node when it is not as registration makes it
    offline_reason: str = ""
    provider: str = "meta"
    qr_codes: dict[str, str] = field(default_factory=dict)  # with the message behind each
    blocked: list[str] = field(default_factory=list)  # customers
    commerce: dict[str, JSON] = field(default_factory=dict)
    automation: dict[str, JSON] = field(default_factory=dict)

    @property
    def waac_id(self) -> str:
        """Of the WhatsApp account that holds this number alone, in the account model of 2026."""
        return f"9{self.id}"


class Channel(Thing):
    """A number at 360dialog: its key, where its webhooks go, and whether the partner may use it."""

    client_id: str
    phone_number_id: str
    account_id: str  # 360dialog's own id of the WABA
    status: str = "running"
    is_permitted: bool = True
    api_key: str = ""
    key_id: str = ""
    hook_url: str = ""
    hook_headers: dict[str, str] = field(default_factory=dict)
    more_hooks: list[JSON] = field(default_factory=list)
    is_disabled: bool = False
    is_unpaid: bool = False
    made_at: float = 0
    missed_media: list[float] = field(default_factory=list)


class Client(Thing):
    """A customer of 360dialog under the partner."""

    name: str
    email: str = ""
    partner_payload: str = ""
    made_at: float = 0


class Partner(Thing):
    """The pretend partner account at 360dialog; `id` is the partner id."""

    api_key: str
    platform_secret: str
    solution_id: str
    webhook_url: str = ""
    redirect_url: str = ""


class AccountHook(Thing):
    """A webhook for all channels of a WABA; `id` is the WABA's."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)


class Template(Thing):
    """`reviewed_at` is when its review ends, 0 when none is under way; `edited_at` when it was changed as an approved
    one."""

    waba_id: str
    name: str
    language: str
    category: str
    status: str
    components: list[JSON]
    parameter_format: str = "POSITIONAL"
    rejected_reason: str = "NONE"
    quality: str = "UNKNOWN"
    ttl_s: int = 0
    reviewed_at: float = 0
    edited_at: list[float] = field(default_factory=list)

    def content(self) -> str:
        """Its words, for who looks for some."""
        return " ".join(str(component.get("text", "")) for component in self.components).lower()


class Media(Thing):
    phone_number_id: str
    mime_type: str
    data: bytes
    sha256: str
    filename: str = ""
    made_at: int = 0
    inbound: bool = False


class Customer(Thing, gc=False):
    """A person with a handset. `phone` is what people dial, `wa_id` what WhatsApp calls it; both empty when hidden
    behind a username. `reads`: opens every message by itself. `receipts`: tells that it was read."""

    phone: str = ""
    wa_id: str = ""
    user_id: str = ""
    username: str = ""
    name: str = ""
    blocked: bool = False
    opted_out: bool = False
    reads: bool = False
    receipts: bool = True
    on_whatsapp: bool = True


class Message(Thing, gc=False):
    """A message either way. `inbound` is seen from the business. `body` is the Cloud API message object without
    addressing; `status` climbs accepted → sent → delivered → read | failed; `to` is what the sender wrote."""

    phone_number_id: str
    customer_id: str
    inbound: bool
    at: float
    kind: str
    body: msgspec.Raw
    to: str = ""
    opaque: str = ""
    status: str = "accepted"
    error: int = 0
    sent_to_user_id: bool = False
    by_phone: bool = False  # written by the business in its phone app

    def content(self) -> dict[str, JSON]:
        decoded: dict[str, JSON] = msgspec.json.decode(self.body)
        return decoded


class Chat(Thing, gc=False):
    """What one customer and one business number have between them. `customer_wrote_at` opens the 24-hour window;
    `came_by_ad_at` waits for the answer that opens a free entry window, which ends at `free_until`."""

    phone_number_id: str
    customer_id: str
    customer_wrote_at: float = 0
    came_by_ad_at: float = 0
    free_until: float = 0
    unread: int = 0
    typing_until: float = 0


class Delivery(Thing, gc=False):
    """A webhook on its way: the bytes are signed once and never change between tries."""

    app_id: str
    url: str
    body: bytes
    made_at: float
    tries: int = 0


class Settings(Thing):
    """How the pretend world behaves; POST /_sandbox/settings changes it."""

    sent_ms: int = 40
    delivered_ms: int = 160
    read_ms: int = 600
    batch: int = 100
    raw_utf8: bool = False
    rates: bool = True
    retry_scale: float = 1.0
    hook_timeout_ms: int = 10_000
    camel_errors: bool = False  # 360dialog's older shape
    strict_urls: bool = False  # 360dialog's rules for webhook addresses, which a laptop can't meet
    account_phase: int = 1  # of the account model of 2026; in 2 a shared number needs messaging_account_id
    review_ms: int = 1000  # how long a new or changed template waits for its review
    channel_ms: int = 300  # how long a new channel at 360dialog takes from step to step, and a sender at Twilio
