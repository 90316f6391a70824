"""Reading the list of templates, page by page (reference §6.1)."""

from collections.abc import Callable, Mapping

from safarichat.providers.cloud_api.loose import decode, mapping, mappings, text
from safarichat.providers.errors import NOT_UNDERSTOOD
from safarichat.providers.shapes import JSON, Answer, Call, Later, Lost, Refused, Talk, Template, TemplateList, Unknown

FIELDS = "id,name,language,status,category,components,parameter_format,quality_score,rejected_reason"
PAGE = 100
MOST_PAGES = 100  # the most that a business account may have is 6,000
Failed = Refused | Later | Unknown


def query(after: str) -> Mapping[str, str]:
    return {"limit": str(PAGE), "fields": FIELDS} | ({"after": after} if after else {})


def every_page(ask: Callable[[str], Call], classify: Callable[[Answer], Failed]) -> Talk[TemplateList | Failed]:
    """`ask` makes the call for what follows a cursor. A page that fails fails the list: half of one proves nothing."""
    found: dict[tuple[str, str], Template] = {}
    after = ""
    for _ in range(MOST_PAGES):
        answer = yield ask(after)
        assert answer is not None, "a call was driven without an answer"
        if isinstance(answer, Lost) or not 200 <= answer.status < 300:
            return classify(answer)
        page = _page(answer.body)
        if page is None:
            return Unknown(NOT_UNDERSTOOD)
        found |= {(each.name, each.language): each for node in mappings(page, "data") if (each := template(node))}
        before, after = after, text(mapping(mapping(page, "paging"), "cursors"), "after")
        if "next" not in mapping(page, "paging") or after in ("", before):
            break
    return TemplateList(tuple(found.values()))


def _page(body: bytes) -> Mapping[str, JSON] | None:
    try:
        page = decode(body)
    except ValueError:
        return None
    return page if isinstance(page, dict) and isinstance(page.get("data"), list) else None


def template(node: Mapping[str, JSON]) -> Template | None:
    """A template's node; None without a name or language, which nobody could send."""
    name, language = text(node, "name"), text(node, "language")
    if not name or not language:
        return None
    reason = text(node, "rejected_reason").upper()
    return Template(
        template_id=text(node, "id"),
        name=name[:512],
        language=language.replace("-", "_")[:32],
        category=text(node, "category").upper()[:32],
        status=text(node, "status").upper()[:32],
        quality=(text(mapping(node, "quality_score"), "score") or text(node, "quality_score")).upper()[:32],
        components=tuple(mappings(node, "components")),
        parameter_format=text(node, "parameter_format").upper()[:32] or "POSITIONAL",
        rejected_reason="" if reason == "NONE" else reason[:255],
    )
