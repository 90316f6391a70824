"""Webhooks about templates: review, quality, category and text (reference §7.9). A new word is told as it came."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from safarichat.providers.cloud_api.codes_messages import MANAGER
from safarichat.providers.cloud_api.codes_templates import EDIT
from safarichat.providers.cloud_api.loose import NOTHING, mapping, mappings, text, unix_s
from safarichat.providers.errors import N_
from safarichat.providers.shapes import JSON, Event, Problem, TemplateChanged

REJECTED = Problem(
    key="template_rejected",
    message=N_("Meta did not approve the template."),
    cure=EDIT,
    fault="business",
    scope="template",
    hurts=("templates",),
)
PAUSED = replace(
    REJECTED,
    key="template_paused",
    message=N_("Meta has paused this template because of its quality."),
    cure=N_("Use another template, or edit this one; the pause ends by itself after some hours."),
)
DISABLED = replace(
    REJECTED,
    key="template_disabled",
    message=N_("Meta has switched this template off for good."),
    cure=N_("Make a new template with other words."),
)
FLAGGED = replace(
    REJECTED,
    key="template_flagged",
    message=N_("Customers do not like this template: Meta will switch it off if that stays so."),
    cure=N_("Edit the template, or send it only to people who asked for it."),
)
LIMITED = replace(
    REJECTED,
    key="template_limited",
    message=N_("Meta lets no more messages of this template out for now."),
    cure=MANAGER,
)

_STATUSES: Mapping[str, tuple[str, Problem | None]] = {  # by event: the word of the template's own node
    "APPROVED": ("APPROVED", None),
    "ARCHIVED": ("ARCHIVED", None),
    "DELETED": ("DELETED", None),
    "DISABLED": ("DISABLED", DISABLED),
    "FLAGGED": ("", FLAGGED),
    "IN_APPEAL": ("IN_APPEAL", None),
    "LIMIT_EXCEEDED": ("LIMIT_EXCEEDED", LIMITED),
    "LOCKED": ("", LIMITED),
    "PAUSED": ("PAUSED", PAUSED),
    "PENDING": ("PENDING", None),
    "PENDING_DELETION": ("PENDING_DELETION", None),
    "REINSTATED": ("APPROVED", None),
    "REJECTED": ("REJECTED", REJECTED),
    "UNARCHIVED": ("APPROVED", None),
}
_QUALITIES = frozenset({"GREEN", "YELLOW", "RED", "UNKNOWN"})
Value = Mapping[str, JSON]


def read_status(value: Value, waba_id: str, at: int) -> Iterator[Event]:
    if "new_quality_score" in value:  # (!) the documentation's sample of a quality update carries this field's name
        yield from read_quality(value, waba_id, at)
        return
    event = text(value, "event").upper()
    status, problem = _STATUSES.get(event, ("", None))
    yield replace(
        _template("message_template_status_update", event, value, waba_id, at),
        status=status,
        category=text(value, "message_template_category").upper(),
        at_next=unix_s(mapping(value, "disable_info"), "disable_date"),
        problem=replace(problem, details=_reason(value)) if problem else None,
    )


def _reason(value: Value) -> str:
    """Meta's own words, the plainest first; `reason` is a bare code, or null."""
    rejection, other = mapping(value, "rejection_info"), mapping(value, "other_info")
    told = [text(rejection, "reason"), text(rejection, "recommendation"), text(other, "title")]
    words = [word for word in (*told, text(other, "description")) if word]
    code = text(value, "reason")
    return " ".join(words or ([code] if code != "NONE" else []))[:1000]


def read_quality(value: Value, waba_id: str, at: int) -> Iterator[Event]:
    quality = text(value, "new_quality_score").upper()
    yield replace(
        _template("message_template_quality_update", quality, value, waba_id, at),
        quality=quality if quality in _QUALITIES else "UNKNOWN",
        previous=text(value, "previous_quality_score").upper(),
        problem=FLAGGED if quality == "RED" else None,
    )


def read_category(value: Value, waba_id: str, at: int) -> Iterator[Event]:
    """A warning names the category to come as `correct_category`, and what it is still as `new_category`."""
    to_come = text(value, "correct_category").upper()
    now_is = text(value, "new_category").upper()
    yield replace(
        _template("template_category_update", "WARNING" if to_come else "CHANGED", value, waba_id, at),
        category=to_come or now_is,
        previous=now_is if to_come else text(value, "previous_category").upper(),
        is_warning=bool(to_come),
        at_next=unix_s(value, "category_update_timestamp"),
    )


def read_components(value: Value, waba_id: str, at: int) -> Iterator[Event]:
    components = tuple(_components(value))
    yield replace(_template("message_template_components_update", "CHANGED", value, waba_id, at), components=components)


def _components(value: Value) -> Iterator[Mapping[str, JSON]]:
    """As the template's own node lists them."""
    for kind, key in (("HEADER", "title"), ("BODY", "element"), ("FOOTER", "footer")):
        if told := text(value, f"message_template_{key}"):
            yield {"type": kind, **({"format": "TEXT"} if kind == "HEADER" else {}), "text": told}
    if buttons := mappings(value, "message_template_buttons"):
        names = ("type", "text", "url", "phone_number")
        yield {
            "type": "BUTTONS",
            "buttons": [
                {name: told for name in names if (told := text(button, f"message_template_button_{name}"))}
                for button in buttons
            ],
        }


def _template(field: str, event: str, value: Value, waba_id: str, at: int) -> TemplateChanged:
    """(!) An example writes the language as en-US, while the template's own node has en_US."""
    return TemplateChanged(
        field=field,
        event=event,
        waba_id=waba_id,
        template_id=text(value, "message_template_id"),
        name=text(value, "message_template_name"),
        language=text(value, "message_template_language").replace("-", "_"),
        at=at,
        value=value or NOTHING,
    )
