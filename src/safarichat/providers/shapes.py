"""The values that cross the provider seam: bytes and facts in, calls and outcomes out. Talks: `ground.talks`."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from safarichat.ground.talks import JSON as JSON
from safarichat.ground.talks import Answer as Answer
from safarichat.ground.talks import Call as Call
from safarichat.ground.talks import Lost as Lost
from safarichat.ground.talks import Progress as Progress
from safarichat.ground.talks import Reply as Reply
from safarichat.ground.talks import T as T
from safarichat.ground.talks import Talk as Talk

# --- what a provider needs to know of us -----------------------------------------------------------------------------


class Platform(Struct, frozen=True, kw_only=True):
    """The operator's settings for providers (`META_APP_ID` …) and the public addresses we give to them.

    `hook_url` is our public address for this provider's webhooks, `redirect_url` the callback of a full-page login.
    """

    settings: Mapping[str, str]
    hook_url: str = ""
    redirect_url: str = ""

    def __getitem__(self, name: str) -> str:
        return self.settings.get(name, "")

    def __repr__(self) -> str:
        return "Platform(…)"


class Number(Struct, frozen=True, kw_only=True):
    """A connected number, with its opened secrets, for the length of one use."""

    credential_id: int
    phone_number_id: str
    waba_id: str = ""
    phone_number: str = ""
    facts: Mapping[str, JSON] = {}
    secrets: Mapping[str, str] = {}  # access_token, pin, …

    def __repr__(self) -> str:
        return f"Number({self.credential_id})"


class Hook(Struct, frozen=True, kw_only=True):
    """A webhook as it came: exact bytes, headers in lower case."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Hook({self.method}, {len(self.body)} bytes)"


class Signup(Struct, frozen=True, kw_only=True):
    """What a person brought back from a provider's signup, and how far an earlier try came.

    `known` holds facts and `secrets` the opened secrets of earlier Progress, `done` the names of finished steps.
    `choice` is the phone_number_id the person picked where several were possible; `pin` the two-step PIN to register
    with, made by us or, after `NeedsPin`, given by the person (`pin_is_theirs`).
    """

    mode: Literal["signup", "keys", "coexistence"] = "signup"
    code: str = ""
    redirect_url: str = ""  # set when the code came by full-page login: the exchange repeats it exactly
    event: str = ""
    data: Mapping[str, JSON] = {}
    choice: str = ""
    pin: str = ""
    pin_is_theirs: bool = False
    done: frozenset[str] = frozenset()
    known: Mapping[str, JSON] = {}
    secrets: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return f"Signup({self.mode}, {self.event})"


# --- outcomes --------------------------------------------------------------------------------------------------------


class Problem(Struct, frozen=True, kw_only=True):
    """Why something did not work, for a person and for a program.

    `code` is the provider's, `key` ours (stable, e.g. "token_expired"); `message` is a sentence a person reads, `cure`
    what to do next: both are constants of the error table, to be translated when shown. `fault` says whose turn it is;
    `scope` what is affected; `number_status` the status a credential takes when this happens to it (empty: keeps its
    own); `details` the provider's own words.
    """

    key: str
    message: str
    cure: str = ""
    code: int | None = None
    subcode: int | None = None
    title: str = ""
    details: str = ""
    fault: Literal["us", "business", "customer", "provider"] = "provider"
    scope: Literal["message", "recipient", "template", "number", "credential", "account", "request"] = "request"
    number_status: Literal["", "attention", "reauth_required", "suspended"] = ""
    http_status: int | None = None
    trace_id: str = ""


class Accepted(Struct, frozen=True, kw_only=True):
    """The provider took the message. `wa_id` and `user_id` tell whom it reached and may differ from whom we dialled."""

    provider_message_id: str
    wa_id: str = ""
    user_id: str = ""
    message_status: str = ""
    loss: tuple[str, ...] = ()


class Refused(Struct, frozen=True):
    """Will not work however often it is tried."""

    problem: Problem


class Later(Struct, frozen=True):
    """Surely not done, worth another try. `why` says which brake to pull; a `credential` problem freezes the number.

    `tries` > 0: give up after so many; 0: as long as the message is wanted.
    """

    problem: Problem
    why: Literal["throttled", "transient", "credential"]
    after_s: float
    tries: int = 0


class Unknown(Struct, frozen=True):
    """The request left and no answer came: it may have been done. Never to be repeated blindly."""

    problem: Problem


Outcome = Accepted | Refused | Later | Unknown


class Outgoing(Struct, frozen=True, kw_only=True):
    """A message to send. `body` is a Cloud API message object without addressing (`{"type": "text", "text": {…}}`);
    `opaque` is our own id, which the provider gives back with each status; `to` is digits with country code."""

    opaque: str
    to: str = ""
    user_id: str = ""
    body: Mapping[str, JSON]


class Connected(Struct, frozen=True, kw_only=True):
    """Onboarding is complete. `facts` as in Health. `status` is what the credential becomes: connected, attention
    (`warnings` say why) or in_review."""

    phone_number_id: str
    waba_id: str
    status: Literal["connected", "attention", "in_review"] = "connected"
    facts: Mapping[str, JSON] = {}
    warnings: tuple[Problem, ...] = ()


class NeedsChoice(Struct, frozen=True):
    """Several numbers were shared: [{phone_number_id, waba_id, display_phone_number, verified_name}]."""

    numbers: tuple[Mapping[str, JSON], ...]


class NeedsPin(Struct, frozen=True):
    """The number has a two-step PIN already: the person must give it. `after_s` > 0: only after that wait."""

    problem: Problem
    after_s: float = 0


class NeedsNumber(Struct, frozen=True):
    """Signed in and shared, but there is no number, or one that is not verified, yet."""

    problem: Problem


class ConnectFailed(Struct, frozen=True, kw_only=True):
    """Onboarding stopped at `step`. `may_resume`: going on later from there can work without a new sign-in."""

    step: str
    problem: Problem
    may_resume: bool = False
    after_s: float = 0


ConnectOutcome = Connected | NeedsChoice | NeedsPin | NeedsNumber | ConnectFailed


class Check(Struct, frozen=True, kw_only=True):
    """One line of a connection test. `name` is a stable word, `message` and `cure` are sentences to be translated,
    `details` the untranslatable rest: an address, the provider's own words."""

    name: str
    ok: bool
    message: str
    cure: str = ""
    details: str = ""


class Health(Struct, frozen=True, kw_only=True):
    """What a check found. `facts`: display_phone_number (+E164 digits), verified_name, quality_rating, throughput_mps,
    messaging_limit, name_status, code_verification_status, platform_type, account_mode, token_expires_at (unix s, 0 =
    never), scopes, hook_url … as far as the provider tells. `status`: connected | attention | reauth_required |
    suspended | in_review, or empty when it could not be told (the provider was not reachable: keep what was)."""

    status: str
    checks: tuple[Check, ...]
    facts: Mapping[str, JSON] = {}
    problems: tuple[Problem, ...] = ()


class StepsDone(Struct, frozen=True):
    """A disconnection or registration ran to its end: [{step, state, message}]."""

    steps: tuple[Mapping[str, str], ...]


# --- what a provider tells us ----------------------------------------------------------------------------------------


class Person(Struct, frozen=True, kw_only=True):
    """A customer as one event names them: any of these may be empty. `phone`/`wa_id` digits without +; `user_id` is
    business-scoped and opaque. Where a sender's number and WhatsApp id differ, `wa_id` is the id and `phone` the
    number; else `phone` is empty."""

    wa_id: str = ""
    phone: str = ""
    user_id: str = ""
    parent_user_id: str = ""
    username: str = ""
    name: str = ""


class Received(Struct, frozen=True, kw_only=True):
    """A customer wrote. `body` is the message object as it came, `kind` its type, `text` what a list shows, `at` unix
    seconds (0: not told), `context_id` the provider id of the message that it answers or refers to."""

    provider_message_id: str
    phone_number_id: str
    waba_id: str
    sender: Person
    at: int
    kind: str
    body: Mapping[str, JSON]
    text: str = ""
    context_id: str = ""
    problem: Problem | None = None


class StatusChanged(Struct, frozen=True, kw_only=True):
    """A message of ours moved on: `status` is sent | delivered | read | played | failed."""

    provider_message_id: str
    phone_number_id: str
    waba_id: str
    status: str
    at: int
    opaque: str = ""
    recipient: Person = Person()
    problem: Problem | None = None
    price: Mapping[str, JSON] | None = None


class AccountChanged(Struct, frozen=True, kw_only=True):
    """A number or its business account changed. One of `phone_number_id`, `phone_number` (digits), `waba_id` says
    which; `facts` are new values by the names of Health.facts; `status`, when set, is the credential's new status."""

    field: str
    event: str
    waba_id: str = ""
    phone_number_id: str = ""
    phone_number: str = ""
    at: int = 0
    status: str = ""
    facts: Mapping[str, JSON] = {}
    problem: Problem | None = None
    value: Mapping[str, JSON] = {}


class PersonChanged(Struct, frozen=True, kw_only=True):
    """A customer changed number or id: `before` and `after` are one person."""

    provider_message_id: str
    phone_number_id: str
    waba_id: str
    before: Person
    after: Person
    at: int
    body: Mapping[str, JSON]
    text: str = ""


class Unhandled(Struct, frozen=True, kw_only=True):
    """Understood as far as its envelope, of a kind we have no use for yet: kept and shown raw."""

    field: str
    waba_id: str
    phone_number_id: str
    at: int
    value: JSON


class Unreadable(Struct, frozen=True):
    """One element of a webhook that is not what the documentation says: kept, marked, can be replayed."""

    reason: str
    raw: JSON


Event = Received | StatusChanged | AccountChanged | PersonChanged | Unhandled | Unreadable

# --- what a provider can do and what choosing it means ---------------------------------------------------------------


class Abilities(Struct, frozen=True, kw_only=True):
    """What the console and the API ask before they offer something."""

    kinds: frozenset[str]  # message types carried
    can_register: bool = False
    can_mark_read: bool = False
    can_show_typing: bool = False
    fetches_media_by_id: bool = False
    throughput_mps: int = 80
    pair_interval_s: float = 6.0
    modes: tuple[str, ...] = ("signup",)


class Facts(Struct, frozen=True, kw_only=True):
    """A column of the comparison page; every sentence is translatable."""

    name: str
    label: str
    summary: str
    best_for: str
    you_need: tuple[str, ...]
    who_bills: str
    time: str
    limits: str
    works_with_phone_app: str
    pros: tuple[str, ...]
    cons: tuple[str, ...]
    docs_url: str
    is_available: bool
