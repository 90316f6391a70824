"""Interactive messages: header, body, footer, and the action of each type (reference §4.3)."""

from collections.abc import Mapping

from msgspec import Struct

from safarichat.providers.cloud_api.outgoing import choices, products
from safarichat.providers.cloud_api.outgoing.carousel import CAROUSEL
from safarichat.providers.cloud_api.outgoing.common import Check, never, shape, words
from safarichat.providers.cloud_api.outgoing.media import headed
from safarichat.providers.errors import N_

ANY_HEADER = ("text", "image", "video", "document")
HEADER = N_("A header is a text of at most 60 characters, a picture, a video or a document.")
TEXT_HEADER = N_("The header of this kind of message is a text of at most 60 characters.")
NO_HEADER = never(N_("This kind of message has no header."))
NO_FOOTER = never(N_("This kind of message has no footer."))
BODY = N_("The message needs a text of at most 1,024 characters.")
LONG_BODY = N_("The message needs a text of at most 4,096 characters.")
FOOTER = N_("A footer has 1 to 60 characters.")
CONTENT = N_("An interactive message needs its content.")


class Kind(Struct, frozen=True, kw_only=True):
    action: Check
    headers: tuple[str, ...] = ANY_HEADER
    needs_header: bool = False
    needs_body: bool = True
    is_long: bool = False
    has_footer: bool = True

    def check(self) -> Check:
        text = words(4096, LONG_BODY) if self.is_long else words(1024, BODY)
        body = shape(LONG_BODY if self.is_long else BODY, {"text": text})
        header = _header(self.headers) if self.headers else NO_HEADER
        needs = {"header": header} if self.needs_header else {}
        needs |= {"body": body} if self.needs_body else {}
        footer = shape(FOOTER, {"text": words(60, FOOTER)}) if self.has_footer else NO_FOOTER
        return shape(CONTENT, needs | {"action": self.action}, {"header": header, "body": body, "footer": footer})


def _header(kinds: tuple[str, ...]) -> Check:
    rule = TEXT_HEADER if kinds == ("text",) else HEADER
    return headed(kinds, rule, {"text": words(60, rule)})


KINDS: Mapping[str, Kind] = {
    "button": Kind(action=choices.BUTTONS),
    "list": Kind(action=choices.LIST, headers=("text",), is_long=True),
    "cta_url": Kind(action=choices.LINK),
    "location_request_message": Kind(action=choices.PLACE, headers=(), has_footer=False),
    "address_message": Kind(action=choices.ADDRESS),
    "flow": Kind(action=choices.FLOW),
    "product": Kind(action=products.PRODUCT, needs_body=False),
    "product_list": Kind(action=products.PRODUCTS, headers=("text",), needs_header=True),
    "catalog_message": Kind(action=products.CATALOG_MESSAGE),
    "carousel": Kind(action=CAROUSEL, headers=(), has_footer=False),
    "voice_call": Kind(action=choices.CALL),
    "call_permission_request": Kind(action=choices.CALL_PERMISSION, headers=(), needs_body=False, has_footer=False),
    "request_contact_info": Kind(action=choices.CONTACT_INFO),
    "order_details": Kind(action=products.ORDER_DETAILS),
    "order_status": Kind(action=products.ORDER_STATUS),
}
INTERACTIVE: Mapping[str, Check] = {name: kind.check() for name, kind in KINDS.items()}
