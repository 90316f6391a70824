"""The business account's templates (reference §6.1)."""

from safarichat.providers.cloud_api.errors import classify
from safarichat.providers.cloud_api.templates.listing import every_page, query
from safarichat.providers.meta.graph import app_of, graph, token_of
from safarichat.providers.shapes import Call, Later, Number, Platform, Refused, Talk, TemplateList, Unknown


def templates(number: Number, platform: Platform) -> Talk[TemplateList | Refused | Later | Unknown]:
    def page(after: str) -> Call:
        path, token = f"{number.waba_id}/message_templates", token_of(number)
        return graph(platform, "list templates", "GET", path, token, query=query(after), app_id=app_of(number))

    return every_page(page, classify)
