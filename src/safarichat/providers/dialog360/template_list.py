"""The number's templates, by its own key (reference §10.1)."""

from safarichat.providers.cloud_api.templates.listing import every_page, query
from safarichat.providers.dialog360.errors import classify
from safarichat.providers.dialog360.use import call
from safarichat.providers.shapes import Call, Later, Number, Platform, Refused, Talk, TemplateList, Unknown


def templates(number: Number, platform: Platform) -> Talk[TemplateList | Refused | Later | Unknown]:
    def page(after: str) -> Call:
        return call(number, platform, "list templates", "GET", "message_templates", query=query(after))

    return every_page(page, classify)
