"""Form fields in our look: label, control, help and errors, tied together for screen readers."""

from django import forms, template
from django.forms.boundfield import BoundField

register = template.Library()

CLASSES = {"checkbox": "form-check-input", "select": "form-select"}


@register.inclusion_tag("console/_field.html")
def field(bound: BoundField) -> dict[str, object]:
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "text")
    attrs: dict[str, str | bool] = {
        "class": f"{CLASSES.get(kind, 'form-control')}{' is-invalid' if bound.errors else ''}"
    }
    described = [
        f"{bound.auto_id}_{part}" for part, there in (("help", bound.help_text), ("error", bound.errors)) if there
    ]
    if described:
        attrs["aria-describedby"] = " ".join(described)
    widget.attrs.pop("placeholder", None)  # repeats the label, and is too pale to read
    if isinstance(widget, forms.CheckboxSelectMultiple):
        widget.attrs["class"] = attrs["class"]
        return {"field": bound, "described": attrs.get("aria-describedby", ""), "is_group": True}
    return {"field": bound, "control": bound.as_widget(attrs=attrs), "is_check": kind == "checkbox"}


@register.inclusion_tag("console/_fields.html")
def fields(form: forms.BaseForm) -> dict[str, object]:
    """All fields of a form, what is wrong with the whole of it first."""
    return {"form": form}
