"""Templates at 360dialog: Graph's shape, the older one of its own, and what its hub tells the partner of a review
(reference §6, §10)."""

import hashlib

from safarichat.sandbox.dialog360.channels import Channels
from safarichat.sandbox.dialog360.problems import NOT_FOUND
from safarichat.sandbox.meta import nodes
from safarichat.sandbox.meta.templates import Templates
from safarichat.sandbox.things import JSON, Template, Waba
from safarichat.sandbox.world import World

LEGACY_LIMIT = 1000
Given = dict[str, JSON]


class TemplateShelf:
    def __init__(self, world: World, templates: Templates, channels: Channels, url: str) -> None:
        self.world, self.templates, self.channels, self.url = world, templates, channels, url
        templates.watchers.append(self._tell_partner)

    def listed(self, waba: Waba, given: Given) -> Given:
        fields = str(given.get("fields") or "")
        shown = [nodes.template_node(template, fields) for template in self.templates.listed(waba, given)]
        return nodes.paged(shown, given, self.url)

    def create(self, waba: Waba, given: Given) -> Given:
        return nodes.made(self.templates.create(waba, given))

    def delete(self, waba: Waba, given: Given) -> Given:
        return self.templates.delete(waba, given)

    def look_or_edit(self, waba: Waba, method: str, id: str, given: Given) -> Given:
        template = self.world.templates.get(id)
        if template is None or template.waba_id != waba.id or method not in ("GET", "POST"):
            raise NOT_FOUND
        if method == "GET":
            return nodes.template_node(template, str(given.get("fields") or ""))
        self.templates.edit(template, given)
        return {"success": True}

    # --- as it was before --------------------------------------------------------------------------------------------

    def legacy_listed(self, waba: Waba, given: Given) -> Given:
        found = [legacy_template(template) for template in self.world.waba_templates(waba.id)]
        limit, offset = _figure(given, "limit", LEGACY_LIMIT), _figure(given, "offset", 0)
        page = found[offset : offset + limit]
        told = {"count": len(page), "filters": {}, "limit": limit, "offset": offset, "sort": ["id"]}
        return {**told, "total": len(found), "waba_templates": page}

    def legacy_create(self, waba: Waba, given: Given) -> Given:
        made = legacy_template(self.templates.create(waba, given))
        return made | {"status": "submitted", "rejected_reason": None}

    # --- the hub -----------------------------------------------------------------------------------------------------

    def _tell_partner(self, template: Template) -> None:
        if not any(self.world.channel_of(number) for number in self.world.waba_numbers(template.waba_id)):
            return
        shown = legacy_template(template)
        told = {key: shown[key] for key in ("id", "external_id", "name", "language")}
        reason = None if template.rejected_reason == "NONE" else template.rejected_reason
        told |= {"new_status": shown["status"], "rejected_reason": reason}
        self.channels.tell("waba_template_status_changed", {"id": template.waba_id, "template": told})


def legacy_template(template: Template) -> Given:
    return {
        "id": f"{hashlib.sha256(template.id.encode()).hexdigest()[:6]}WT",
        "external_id": template.id,
        "name": template.name,
        "namespace": f"{template.waba_id}_ns",
        "language": template.language,
        "category": template.category,
        "components": template.components,
        "status": template.status.lower(),
        "rejected_reason": template.rejected_reason,
    }


def _figure(given: Given, name: str, usual: int) -> int:
    told = str(given.get(name) or "")
    return int(told) if told.isdigit() else usual
