"""A template's category, status and look in words and pictures."""

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from safarichat.console import picker
from safarichat.console.templatetags.console import icon

register = template.Library()

register.filter("category_label", picker.category_label)
register.filter("status_label", picker.status_label)


@register.filter
def sentence(text: str) -> str:
    """A sentence that was kept untranslated, in the reader's language."""
    return _(text) if text else ""


@register.simple_tag
def look_icon(kind: str) -> SafeString:
    """What stands on top of a message, as a picture of its kind."""
    match kind:
        case "image":
            return icon("image", label=_("Picture"))
        case "video" | "gif":
            return icon("camera-video", label=_("Video"))
        case "location":
            return icon("geo-alt", label=_("Location"))
    return icon("file-earmark", label=_("Document"))
