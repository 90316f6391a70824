"""The values that cross the provider seam: bytes and facts in, calls and outcomes out. Talks: `ground.talks`."""

from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from safarichat.ground.talks import JSON as JSON
from safarichat.ground.talks import Answer as Answer
from safarichat.ground.talks import Call as Call
from safarichat.ground.talks import FilePart as FilePart
from safarichat.ground.talks import Lost as Lost
from safarichat.ground.talks import Progress as Progress
from safarichat.ground.talks import Reply as Reply
from safarichat.ground.talks import T as T
from safarichat.ground.talks import Talk as Talk
from safarichat.providers.abilities import Abilities as Abilities
from safarichat.providers.abilities import Facts as Facts
from safarichat.providers.abilities import Field as Field
from safarichat.providers.abilities import Way as Way
from safarichat.providers.events import AccountChanged as AccountChanged
from safarichat.providers.events import ConsentChanged as ConsentChanged
from safarichat.providers.events import Echoed as Echoed
from safarichat.providers.events import Event as Event
from safarichat.providers.events import Noted as Noted
from safarichat.providers.events import PastTold as PastTold
from safarichat.providers.events import Person as Person
from safarichat.providers.events import PersonChanged as PersonChanged
from safarichat.providers.events import PersonSaved as PersonSaved
from safarichat.providers.events import Received as Received
from safarichat.providers.events import StatusChanged as StatusChanged
from safarichat.providers.events import TemplateChanged as TemplateChanged
from safarichat.providers.events import Unhandled as Unhandled
from safarichat.providers.events import Unreadable as Unreadable
from safarichat.providers.problems import SIDES as SIDES
from safarichat.providers.problems import Problem as Problem
from safarichat.providers.problems import Side as Side
from safarichat.providers.templates import Template as Template
from safarichat.providers.templates import TemplateList as TemplateList

# --- what a provider needs to know of us -----------------------------------------------------------------------------


class Platform(Struct, frozen=True, kw_only=True):
    """The operator's settings for providers (`META_APP_ID` …) and the public addresses we give to them.

    `hook_url` is our public address for this number's webhooks, or for those of the operator's app where numbers have
    none of their own; `operator_hook_url` that for the webhooks of the operator's own account at the provider;
    `redirect_url` the callback of a full-page login; `tenant` a word that only this account's sign-ups carry. For a
    number with a connection of its own (a person's own app or account) `settings` holds that connection's values under
    the settings' names, over the operator's; `operators` the operator's alone.
    """

    settings: Mapping[str, str]
    operators: Mapping[str, str] = {}
    hook_url: str = ""
    operator_hook_url: str = ""
    tenant: str = ""
    redirect_url: str = ""

    def __getitem__(self, name: str) -> str:
        return self.settings.get(name, "")

    @property
    def of_operator(self) -> "Platform":
        """The same in the operator's own name."""
        return replace(self, settings=self.operators or self.settings)

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
    contents: Mapping[str, str] = {}  # of earlier `Accepted.contents`, as far as they are kept

    def __repr__(self) -> str:
        return f"Number({self.credential_id})"


class Hook(Struct, frozen=True, kw_only=True):
    """A webhook as it came: exact bytes, headers in lower case, `url` the public address it was sent to, with its
    query as it was written, rebuilt from the settings and never from the request's own words."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    url: str = ""

    def __repr__(self) -> str:
        return f"Hook({self.method}, {len(self.body)} bytes)"


class Withdrawal(Struct, frozen=True, kw_only=True):
    """Somebody took back, at the provider, what they had allowed. `person` is the provider's id of them, as it stands
    among the facts of a sign-in of theirs (`signed_in_as`); `at` unix seconds, 0 when it is not told."""

    person: str
    at: int = 0


class Signup(Struct, frozen=True, kw_only=True):
    """What a person brought back from a provider's signup, and how far an earlier try came.

    `known` holds facts and `secrets` the opened secrets of earlier Progress, `done` the names of finished steps.
    In the form's flow `data` holds what was typed and `secrets` what of it is secret, by the fields' names.
    `choice` is the phone_number_id the person picked where several were possible; `pin` the two-step PIN to register
    with, made by us or, after `NeedsPin`, given by the person (`pin_is_theirs`).
    """

    mode: str = "signup"  # one of the provider's ways
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
    phone_number: str = ""  # digits: the number to come back with, where one signs in again
    contact: Mapping[str, str] = {}  # name and email of whoever signs up

    @property
    def brings_something(self) -> bool:
        """Whether the person came back with something to go on with, and not just with a closed window."""
        return bool(self.code or self.secrets) or self.event not in ("", "CANCEL", "ERROR")

    def __repr__(self) -> str:
        return f"Signup({self.mode}, {self.event})"


# --- outcomes --------------------------------------------------------------------------------------------------------


class Accepted(Struct, frozen=True, kw_only=True):
    """The provider took the message. `wa_id` and `user_id` tell whom it reached and may differ from whom we dialled.

    `contents`: what the provider's account holds for messages like this one, by name; given back in `Number.contents`
    it saves looking for it. Of no use to anybody else; small, and few where messages are alike."""

    provider_message_id: str
    wa_id: str = ""
    user_id: str = ""
    message_status: str = ""
    loss: tuple[str, ...] = ()
    contents: Mapping[str, str] = {}


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


class NeedsCode(Struct, frozen=True):
    """A code went out to the number: the person must give it, which comes as `Signup.data["code"]`. `after_s` > 0: only
    after that wait."""

    problem: Problem
    after_s: float = 0


class NeedsNumber(Struct, frozen=True):
    """Signed in and shared, but there is no number, or one that is not verified, yet. The person may add one, which
    comes as `add_cc`, `add_number` and `add_name` in `Signup.data`, or have a code sent to it: `method`, `language`."""

    problem: Problem


class ConnectFailed(Struct, frozen=True, kw_only=True):
    """Onboarding stopped at `step`. `may_resume`: going on later from there can work without a new sign-in."""

    step: str
    problem: Problem
    may_resume: bool = False
    after_s: float = 0


ConnectOutcome = Connected | NeedsChoice | NeedsPin | NeedsCode | NeedsNumber | ConnectFailed


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


class Done(Struct, frozen=True, kw_only=True):
    """A deed is done. `facts` as in Health; `secrets` are to be sealed in place of the old ones."""

    message: str = ""
    facts: Mapping[str, JSON] = {}
    secrets: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return f"Done({self.message})"


Deed = Done | Refused | Later | Unknown
Act = Callable[[Number, Platform, Mapping[str, JSON]], Talk[Deed]]


class StepsDone(Struct, frozen=True):
    """A disconnection or registration ran to its end: [{step, state, message}]."""

    steps: tuple[Mapping[str, str], ...]
