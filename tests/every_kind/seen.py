"""What a person sees of each message: on the customer's handset by the provider's id, in our thread by ours."""

import re
from html import unescape

from django.test import Client

from safarichat.messaging.models import Conversation
from tests.every_kind.installation import Installation

BUBBLE = re.compile(r'<article class="bubble [^>]*? id="([^"]+)".*?</article>', re.DOTALL)
SPOKEN = re.compile(r'<article class="bubble [^>]*? data-key="m(\d+)".*?</article>', re.DOTALL)
NOTED = re.compile(r'<div class="note" data-key="m(\d+)">.*?</div>', re.DOTALL)
EARLIER = re.compile(r'"(/inbox/\d+\?before=[^"]+)"')


def on_handset(place: Installation, *customers: str) -> dict[str, str]:
    pages = "".join(map(place.phone, customers))
    return {found[1]: unescape(found[0]) for found in BUBBLE.finditer(pages)}


def in_threads(browser: Client) -> dict[int, str]:
    """Page by page, as somebody reads who goes back to the beginning of each conversation."""
    found: dict[int, str] = {}
    urls = [f"/inbox/{row}" for row in Conversation.objects.values_list("pk", flat=True)]
    while urls:
        page = browser.get(urls.pop(), headers={"Accept": "text/html"}).content.decode()
        for kind in (SPOKEN, NOTED):
            found |= {int(entry[1]): unescape(entry[0]) for entry in kind.finditer(page)}
        urls += [unescape(earlier) for earlier in EARLIER.findall(page)[:1]]
    return found
