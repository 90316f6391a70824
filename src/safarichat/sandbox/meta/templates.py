"""Templates as their business makes, changes and deletes them, and Meta's review of each (reference §6)."""

import asyncio
import re
from collections.abc import Callable

from safarichat.sandbox import ids
from safarichat.sandbox.meta import drafts
from safarichat.sandbox.meta.errors import GraphError
from safarichat.sandbox.meta.webhooks import Webhooks
from safarichat.sandbox.things import JSON, Template, Waba
from safarichat.sandbox.wire import unpacked
from safarichat.sandbox.world import World

CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
NAME, LANGUAGE = re.compile(r"[a-z0-9_]{1,512}"), re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
TTL_S = {"AUTHENTICATION": (30, 900), "UTILITY": (30, 43_200), "MARKETING": (43_200, 2_592_000)}
MOST, MOST_AN_HOUR, MOST_AT_ONCE = 250, 100, 100
HOUR_S, DAY_S = 3600, 24 * 3600
RESERVED_S, EDITS, EDITS_WITHIN_S = 30 * DAY_S, 10, 30 * DAY_S
EDITABLE = ("APPROVED", "REJECTED", "PAUSED")
Given = dict[str, JSON]


class Templates:
    def __init__(self, world: World, webhooks: Webhooks) -> None:
        self.world, self.webhooks = world, webhooks
        self.watchers: list[Callable[[Template], None]] = []  # who tells of reviews in words of its own

    def resume(self) -> None:
        """Those that waited for their review at the last stop."""
        for template in self.world.templates:
            if template.reviewed_at:
                self._review_later(template)

    def listed(self, waba: Waba, given: Given) -> list[Template]:
        found = self.world.waba_templates(waba.id)
        for key in ("language", "category", "status", "quality"):
            if wanted := given.get("quality_score" if key == "quality" else key):
                names = unpacked(wanted)
                allowed = {str(name).lower() for name in (names if isinstance(names, list) else str(names).split(","))}
                found = [template for template in found if getattr(template, key).lower() in allowed]
        if name := str(given.get("name") or ""):
            found = [template for template in found if name in template.name]
        if words := str(given.get("name_or_content") or given.get("content") or "").lower():
            found = [template for template in found if words in template.content() or words in template.name]
        return found

    # --- making ------------------------------------------------------------------------------------------------------

    def create(self, waba: Waba, given: Given) -> Template:
        name, language, category = str(given.get("name") or ""), str(given.get("language") or ""), _category(given)
        if not NAME.fullmatch(name):
            raise GraphError(100, "Param name must be 1 to 512 lower-case letters, digits and underscores.")
        if not LANGUAGE.fullmatch(language):
            raise GraphError(100, f"Param language must be a language code such as en_US - got {language!r}.")
        self._room_for(waba, name, language)
        format = _format(given)
        template = Template(
            id=ids.object_id(),
            waba_id=waba.id,
            name=name,
            language=language,
            category=category,
            status="PENDING",
            components=drafts.checked(category, unpacked(given.get("components")), is_named=format == "NAMED"),
            parameter_format=format,
            ttl_s=_ttl(given, category),
        )
        waba.templates_made_at.append(self.world.now())
        self.world.wabas.put(waba)
        return self._submit(template)

    def _room_for(self, waba: Waba, name: str, language: str) -> None:
        now = self.world.now()
        waba.templates_made_at = [at for at in waba.templates_made_at if now - at < HOUR_S]
        waba.reserved = {key: until for key, until in waba.reserved.items() if until > now}
        if self.world.settings.rates and len(waba.templates_made_at) >= MOST_AN_HOUR:
            raise GraphError(80008)
        if len(self.world.waba_templates(waba.id)) >= MOST:
            raise _refused(2388019, "Template limit exceeded", f"There are {MOST} templates already.")
        if self.world.template(waba.id, name, language):
            told = f"There is already {language} content for this template. You can create a new template instead."
            raise _refused(2388024, "Content in this language already exists", told)
        if name in waba.reserved or _key(name, language) in waba.reserved:
            told = "The name of a deleted template can be used again 30 days after its deletion."
            raise _refused(2388023, "Message template is being deleted", told)

    # --- changing ----------------------------------------------------------------------------------------------------

    def edit(self, template: Template, given: Given) -> Given:
        for key in ("name", "language"):
            if given.get(key, getattr(template, key)) != getattr(template, key):
                raise GraphError(100, f"Param {key} can't be changed.")
        category = _category(given) if given.get("category") else template.category
        self._may_change(template, category)
        format = _format(given) if given.get("parameter_format") else template.parameter_format
        ttl_s = _ttl(given, category) or template.ttl_s
        if "components" in given:
            wanted = unpacked(given["components"])
            template.components = drafts.checked(category, wanted, is_named=format == "NAMED")
        template.category, template.parameter_format, template.ttl_s = category, format, ttl_s
        if template.status == "APPROVED":
            template.edited_at.append(self.world.now())
        self._submit(template)
        return {"success": True, "id": template.id, "name": template.name, "category": template.category}

    def _may_change(self, template: Template, category: str) -> None:
        if template.status not in EDITABLE:
            raise _refused(2388039, "Template can't be edited", f"It can't be edited while it is {template.status}.")
        if template.status != "APPROVED":
            return
        if category != template.category:
            raise _refused(2388039, "Template can't be edited", "The category of an approved template stays.")
        now = self.world.now()
        template.edited_at = [at for at in template.edited_at if now - at < EDITS_WITHIN_S]
        if len(template.edited_at) >= EDITS or any(now - at < DAY_S for at in template.edited_at):
            told = "An approved template can be edited once in 24 hours and 10 times in 30 days."
            raise _refused(2388039, "Template can't be edited", told)

    # --- deleting ----------------------------------------------------------------------------------------------------

    def delete(self, waba: Waba, given: Given) -> Given:
        """By `name` in all languages, by `name` and `hsm_id` one, by `hsm_ids` up to a hundred."""
        doomed = self._named(waba, given)
        if not doomed:
            raise GraphError(100, user=("Message template not found", "No message template of this name or id exists."))
        if any(template.status == "DISABLED" for template in doomed):
            raise GraphError(100, user=("Template can't be deleted", "A disabled template can't be deleted."))
        for template in doomed:
            if template.status == "APPROVED":
                whole = not given.get("hsm_id") and not given.get("hsm_ids")
                key = template.name if whole else _key(template.name, template.language)
                waba.reserved[key] = self.world.now() + RESERVED_S
            self.world.templates.drop(template.id)
            self._tell(template, "DELETED", None)
        self.world.wabas.put(waba)
        return {"success": True}

    def _named(self, waba: Waba, given: Given) -> list[Template]:
        mine, name = self.world.waba_templates(waba.id), str(given.get("name") or "")
        if several := unpacked(given.get("hsm_ids")):
            wanted = {str(id) for id in several} if isinstance(several, list) else {str(several)}
            if len(wanted) > MOST_AT_ONCE:
                raise GraphError(100, "Param hsm_ids must hold at most 100 ids.")
            return [template for template in mine if template.id in wanted]
        if not name:
            raise GraphError(100, "The parameter name is required.")
        id = str(given.get("hsm_id") or "")
        return [template for template in mine if template.name == name and id in ("", template.id)]

    # --- review ------------------------------------------------------------------------------------------------------

    def review(self, template: Template, status: str, reason: str) -> None:
        template.status, template.rejected_reason, template.reviewed_at = status, reason or "NONE", 0
        self.world.templates.put(template)
        self._tell(template, status, template.rejected_reason)
        for watcher in self.watchers:
            watcher(template)

    def _submit(self, template: Template) -> Template:
        template.status, template.rejected_reason = "PENDING", "NONE"
        template.reviewed_at = self.world.now() + self.world.settings.review_ms / 1000
        self.world.templates.put(template)
        self._review_later(template)
        return template

    def _review_later(self, template: Template) -> None:
        wait_s = max(0.0, template.reviewed_at - self.world.now())
        asyncio.get_running_loop().call_later(wait_s, self._decide, template.id, template.reviewed_at)

    def _decide(self, id: str, reviewed_at: float) -> None:
        """Unless it was decided, changed or deleted meanwhile."""
        template = self.world.templates.get(id)
        if template is None or template.reviewed_at != reviewed_at:
            return
        if drafts.lacks_example(template.components):
            self.review(template, "REJECTED", "INVALID_FORMAT")
        else:
            self.review(template, "APPROVED", "")

    def _tell(self, template: Template, event: str, reason: str | None) -> None:
        value: Given = {
            "event": event,
            "message_template_id": int(template.id),
            "message_template_name": template.name,
            "message_template_language": template.language,
            "reason": reason,
            "message_template_category": template.category,
        }
        self.webhooks.tell(self.world.wabas.things[template.waba_id], "message_template_status_update", value)


def _category(given: Given) -> str:
    category = str(given.get("category") or "").upper()
    if category not in CATEGORIES:
        raise GraphError(100, f"Param category must be one of {{{', '.join(CATEGORIES)}}} - got {category!r}.")
    return category


def _format(given: Given) -> str:
    format = str(given.get("parameter_format") or "POSITIONAL").upper()
    if format not in ("NAMED", "POSITIONAL"):
        raise GraphError(100, "Param parameter_format must be one of {NAMED, POSITIONAL}.")
    return format


def _ttl(given: Given, category: str) -> int:
    """0 where none is asked for; -1 are 30 days."""
    told = str(given.get("message_send_ttl_seconds") or "0")
    least, most = TTL_S[category]
    if told not in ("0", "-1") and not (told.isdigit() and least <= int(told) <= most):
        raise GraphError(100, f"Param message_send_ttl_seconds must be from {least} to {most} for {category}.")
    return int(told)


def _key(name: str, language: str) -> str:
    return f"{name}/{language}"


def _refused(subcode: int, title: str, told: str) -> GraphError:
    return GraphError(100, "Invalid parameter", subcode=subcode, user=(title, told))
