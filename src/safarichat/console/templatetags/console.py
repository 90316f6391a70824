"""What every template may use: icons and the menu."""

import time

from django import template
from django.http import HttpRequest
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A Bootstrap icon from the sprite that the build makes of all icons named in templates; silent without a label."""
    address = f"{static('console/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, address)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', address)


@register.simple_tag(takes_context=True)
def page_title(context: template.Context) -> SafeString:
    """The page's `title` block once more, for its heading: Django renders a block in one place only."""
    block = context.render_context[BLOCK_CONTEXT_KEY].get_block("title")
    title: SafeString = block.nodelist.render(context)
    return title


@register.simple_tag
def rendered_at() -> str:
    """Milliseconds: from when on the page must hear what changes (edge/live.py)."""
    return str(time.time_ns() // 1_000_000)


@register.inclusion_tag("console/_menu_entry.html", takes_context=True)
def menu_entry(
    context: template.Context,
    href: str,
    label: str,
    icon: str,
    also: str = "",
    count_url: str = "",
    count_topic: str = "",
) -> dict[str, object]:
    """`also` begins the addresses that belong to this entry beside its own; `count_url` answers a small number to stand
    beside it, anew with each `count_topic`."""
    request: HttpRequest = context["request"]
    below = tuple(start for start in (f"{href}/" if href != "/" else "", also) if start)
    is_here = request.path == href or request.path.startswith(below)
    shown = {"href": href, "label": label, "icon_name": icon, "is_here": is_here}
    return {**shown, "count_url": count_url, "count_topic": count_topic}
