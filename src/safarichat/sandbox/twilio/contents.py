"""The Content API: resources, one language each, and their approval (reference §5)."""

import asyncio
import re
from collections.abc import Sequence
from itertools import pairwise

from safarichat.sandbox.things import JSON
from safarichat.sandbox.twilio import kinds
from safarichat.sandbox.twilio.problems import Refused
from safarichat.sandbox.twilio.things import Account, Content, sid
from safarichat.sandbox.twilio.turns import NOTHING, Given, Table, Turn, by_meta, first, iso, page
from safarichat.sandbox.wire import Answer, as_json
from safarichat.sandbox.world import World

REVIEW_S = 0.5  # from received to pending, and from there to approved
CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
STATUSES = ("received", "pending", "approved", "rejected", "paused", "disabled")
NAME = re.compile(r"[a-z0-9_]{1,512}")
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Za-z]{2,4})?")
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
MOST_VARIABLES, LONGEST_APPROVED_BODY = 100, 1024


class Contents:
    def __init__(self, world: World, base_url: str) -> None:
        self.world, self.kept, self.base_url = world, world.twilio, base_url

    def table(self) -> Table:
        one = r"/v1/Content/(\w+)"
        return [
            ("POST", "/v1/Content", self._create),
            ("GET", "/v1/Content", self._list),
            ("GET", "/v2/Content", self._list),
            ("GET", "/v1/ContentAndApprovals", self._list),
            ("GET", "/v2/ContentAndApprovals", self._list),
            ("GET", "/v1/LegacyContent", self._list),
            ("GET", one, self._fetch),
            ("PUT", one, self._replace),
            ("DELETE", one, self._drop),
            ("POST", one + "/ApprovalRequests/whatsapp", self._submit),
            ("GET", one + "/ApprovalRequests", self._approval),
        ]

    def find(self, account: Account, content_sid: str) -> Content | None:
        content = self.kept.contents.get(content_sid)
        return content if content is not None and content.account == account.id else None

    def resume(self) -> None:
        for content in self.kept.contents:
            if content.approval.get("status") in STATUSES[:2]:
                self._review_later(content)

    # --- resources ---------------------------------------------------------------------------------------------------

    def _create(self, turn: Turn) -> Answer:
        given = turn.json()
        language, types = str(given.get("language") or ""), _types(given)
        if not language:
            raise Refused(92003)
        if not LANGUAGE.fullmatch(language):
            raise Refused(92004, language)
        content = Content(
            id=sid("HX"),
            account=turn.account.id,
            name=str(given.get("friendly_name") or ""),
            language=language,
            types=types,
            variables=_variables(given),
            made_at=self.world.now(),
            changed_at=self.world.now(),
        )
        return as_json(self._node(self.kept.contents.put(content)), 201)

    def _fetch(self, turn: Turn, content_sid: str) -> Answer:
        return as_json(self._node(self._mine(turn, content_sid)))

    def _replace(self, turn: Turn, content_sid: str) -> Answer:
        content, given = self._mine(turn, content_sid), turn.json()
        if content.approval:
            raise Refused(20001, "a submitted content can't be changed")
        content.types = _types(given)
        content.variables = _variables(given) if "variables" in given else content.variables
        content.name = str(given.get("friendly_name") or content.name)
        content.changed_at = self.world.now()
        return as_json(self._node(self.kept.contents.put(content)))

    def _drop(self, turn: Turn, content_sid: str) -> Answer:
        self.kept.contents.drop(self._mine(turn, content_sid).id)
        return NOTHING

    def _list(self, turn: Turn) -> Answer:
        mine = [each for each in self.kept.contents if each.account == turn.account.id]
        if turn.path.startswith("/v2/"):
            mine = _chosen(mine, turn.query)
        extra = {"/v1/LegacyContent": _legacy, "/v1/Content": _nothing, "/v2/Content": _nothing}.get(
            turn.path, _approvals
        )

        def node(content: Content) -> JSON:
            told = self._node(content)
            return (
                told if extra is _nothing else {name: told[name] for name in told if name != "links"} | extra(content)
            )

        return by_meta(page(turn, mine, node), "contents", f"{self.base_url}{turn.path}")

    def _mine(self, turn: Turn, content_sid: str) -> Content:
        content = self.find(turn.account, content_sid)
        if content is None:
            raise Refused(20404)
        return content

    # --- approval ----------------------------------------------------------------------------------------------------

    def _submit(self, turn: Turn, content_sid: str) -> Answer:
        content, given = self._mine(turn, content_sid), turn.json()
        name, category = str(given.get("name") or ""), str(given.get("category") or "").upper()
        if problem := self._objection(content, name, category):
            raise Refused(63040, problem)
        content.approval = {
            "name": name,
            "category": category,
            "content_type": best(content),
            "status": "received",
            "rejection_reason": "",
            "allow_category_change": bool(given.get("allow_category_change", True)),
        }
        content.changed_at = self.world.now()
        self.kept.contents.put(content)
        self._review_later(content)
        return as_json(content.approval, 201)

    def _objection(self, content: Content, name: str, category: str) -> str:
        """Why it can't be submitted; "" when it can."""
        if not NAME.fullmatch(name):
            return "name must be lower-case letters, digits and underscores"
        if category not in CATEGORIES:
            return f"category must be one of {', '.join(CATEGORIES)}"
        if content.approval and content.approval["status"] != "rejected":
            return "the content was submitted already"
        if any(_is_rejected(each, name) for each in self.kept.contents if each.account == content.account):
            return "the name of a rejected template can't be used again"
        if any(kind in kinds.SESSION_ONLY for kind in content.types):
            return f"{best(content)} is for open conversations only"
        return _body_problem(content)

    def _approval(self, turn: Turn, content_sid: str) -> Answer:
        content = self._mine(turn, content_sid)
        url = f"{self.base_url}/v1/Content/{content.id}/ApprovalRequests"
        told: dict[str, JSON] = {"sid": content.id, "account_sid": content.account, "url": url}
        return as_json(told | {"whatsapp": {"type": "whatsapp"} | _approval_node(content)})

    def _review_later(self, content: Content) -> None:
        asyncio.get_running_loop().call_later(REVIEW_S, self._go_on, content)

    def _go_on(self, content: Content) -> None:
        status = content.approval.get("status")
        if content.id not in self.kept.contents.things or status not in STATUSES[:2]:
            return
        self.decide(content, "pending" if status == "received" else "approved", "")
        if status == "received":
            self._review_later(content)

    def decide(self, content: Content, status: str, reason: str) -> None:
        content.approval |= {"status": status, "rejection_reason": reason}
        content.changed_at = self.world.now()
        self.kept.contents.put(content)

    # --- as JSON -----------------------------------------------------------------------------------------------------

    def _node(self, content: Content) -> dict[str, JSON]:
        url = f"{self.base_url}/v1/Content/{content.id}"
        return {
            "sid": content.id,
            "account_sid": content.account,
            "friendly_name": content.name or None,
            "language": content.language,
            "variables": content.variables,
            "types": content.types,
            "url": url,
            "date_created": iso(content.made_at),
            "date_updated": iso(content.changed_at),
            "links": {
                "approval_create": f"{url}/ApprovalRequests/whatsapp",
                "approval_fetch": f"{url}/ApprovalRequests",
            },
        }


def best(content: Content) -> str:
    """What WhatsApp gets of several: text is the fallback for other channels."""
    return next((kind for kind in content.types if kind != "twilio/text"), "twilio/text")


def is_approved(content: Content) -> bool:
    return content.approval.get("status") == "approved"


def _types(given: dict[str, JSON]) -> dict[str, dict[str, JSON]]:
    types = given.get("types")
    if not isinstance(types, dict) or not types:
        raise Refused(92001)
    for kind, fields in types.items():
        kinds.check(kind, fields)
    return types


def _variables(given: dict[str, JSON]) -> dict[str, str]:
    variables = given.get("variables") or {}
    if not isinstance(variables, dict) or not all(isinstance(value, str) for value in variables.values()):
        raise Refused(92007)
    if len(variables) > MOST_VARIABLES:
        raise Refused(92002)
    return variables


def _body_problem(content: Content) -> str:
    """What WhatsApp asks of a template's text (reference §5.3)."""
    fields = content.types[best(content)]
    body = str(fields.get("body") or fields.get("title") or "").strip()
    found = list(VARIABLE.finditer(body))
    if len(body) > LONGEST_APPROVED_BODY:
        return f"the body of a template must be at most {LONGEST_APPROVED_BODY} characters long"
    if missing := [each[1] for each in found if not content.variables.get(each[1])]:
        return f"a sample value is missing for {', '.join(missing)}"
    if found and (found[0].start() == 0 or found[-1].end() == len(body)):
        return "the body must not begin or end with a variable"
    if any(not body[one.end() : two.start()].strip() for one, two in pairwise(found)):
        return "two variables must not stand side by side"
    words = len(re.findall(r"\w+", VARIABLE.sub(" ", body)))
    if found and words < 2 * len(found) + 1:
        return f"{len(found)} variables need at least {2 * len(found) + 1} words beside them"
    return ""


def _is_rejected(content: Content, name: str) -> bool:
    return content.approval.get("name") == name and content.approval.get("status") == "rejected"


def _approval_node(content: Content) -> dict[str, JSON]:
    unsubmitted = {"name": "", "category": "", "content_type": best(content), "status": "unsubmitted"}
    return content.approval or {**unsubmitted, "rejection_reason": "", "allow_category_change": True}


def _nothing(content: Content) -> dict[str, JSON]:
    return {}


def _approvals(content: Content) -> dict[str, JSON]:
    return {"approval_requests": _approval_node(content)}


def _legacy(content: Content) -> dict[str, JSON]:
    name, body = content.approval.get("name"), content.types[best(content)].get("body")
    return {"legacy_template_name": name, "legacy_body": body}


def _chosen(contents: list[Content], query: Given) -> list[Content]:
    """The filters of version 2. Lists come with or without brackets behind their name."""

    def all_of(name: str) -> Sequence[str]:
        return query.get(f"{name}[]") or query.get(name) or ()

    if name := first(query, "ContentName"):
        contents = [each for each in contents if name in (each.name, each.approval.get("name"))]
    if text := first(query, "Content"):
        contents = [each for each in contents if text.lower() in str(each.types).lower()]
    if languages := all_of("Language"):
        contents = [each for each in contents if each.language in languages]
    if wanted := all_of("ContentType"):
        contents = [each for each in contents if any(kind in wanted for kind in each.types)]
    for channel, _, status in (each.partition(":") for each in all_of("ChannelEligibility")):
        contents = [each for each in contents if channel == "whatsapp" and _approval_node(each)["status"] == status]
    if after := first(query, "DateCreatedAfter"):
        contents = [each for each in contents if iso(each.made_at) >= after]
    if before := first(query, "DateCreatedBefore"):
        contents = [each for each in contents if iso(each.made_at) <= before]
    for name, key in (("SortByDate", _age), ("SortByContentName", _name)):
        if order := first(query, name):
            contents = sorted(contents, key=key, reverse=order == "desc")
    return contents


def _age(content: Content) -> tuple[float, str]:
    return content.made_at, ""


def _name(content: Content) -> tuple[float, str]:
    return 0, content.name
