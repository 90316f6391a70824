"""What an interactive message sells: products, catalogs, orders (reference §4.3)."""

from safarichat.providers.cloud_api.outgoing.choices import named, titled
from safarichat.providers.cloud_api.outgoing.common import (
    WRONG,
    Check,
    every,
    fault,
    is_whole,
    listed,
    note,
    one_of,
    shape,
    whole,
    words,
)
from safarichat.providers.errors import N_
from safarichat.providers.shapes import JSON, Problem

CATALOG = words(255, N_("A product needs the id of its catalog."))
SKU = words(255, N_("A product needs its id in the catalog (product_retailer_id)."))
_PRODUCT = N_("A product is named by its catalog and its id in it.")
PRODUCT = shape(_PRODUCT, {"catalog_id": CATALOG, "product_retailer_id": SKU})
MOST_PRODUCTS = 30
_THIRTY = N_("A message shows 1 to 30 products in all its sections together.")
_SECTION = shape(
    N_("A section of products is an object with products."),
    {"product_items": listed(shape(_PRODUCT, {"product_retailer_id": SKU}), MOST_PRODUCTS, _THIRTY)},
    {"title": note(24, N_("A section of products has a title of at most 24 characters."))},
)


def _few(sections: JSON) -> Problem | None:
    shown = sum(len(section["product_items"]) for section in sections)
    return fault(WRONG, _THIRTY) if shown > MOST_PRODUCTS else None


SECTIONS = every(listed(_SECTION, 10, N_("Products come in 1 to 10 sections.")), titled, _few)
PRODUCTS = shape(N_("The message needs its products."), {"catalog_id": CATALOG, "sections": SECTIONS})
CATALOG_MESSAGE = named("catalog_message", may={"thumbnail_product_retailer_id": SKU})

# --- orders ----------------------------------------------------------------------------------------------------------

REFERENCE = words(60, N_("An order needs a reference of at most 60 characters."))


def amount(rule: str) -> Check:
    return shape(
        rule,
        {
            "value": whole(0, 10**15, rule),
            "offset": whole(100, 100, N_("An amount is told in hundredths: its offset is 100.")),
        },
    )


_ITEM = shape(
    N_("An item of an order is an object."),
    {
        "name": words(1000, N_("An item of an order needs a name.")),
        "amount": amount(N_("An item of an order needs its price.")),
        "quantity": whole(1, 10**9, N_("An item of an order needs its quantity, a whole number.")),
    },
    {
        "retailer_id": words(255, N_("An item's id in the catalog is a text.")),
        "sale_amount": amount(N_("An item's reduced price is an amount.")),
    },
)
_ORDER = shape(
    N_("The order is an object."),
    {
        "status": one_of(("pending",), N_("A new order's status is pending.")),
        "items": listed(_ITEM, 999, N_("An order needs at least one item.")),
        "subtotal": amount(N_("An order needs its subtotal.")),
        "tax": amount(N_("An order needs its tax, which may be 0.")),
    },
    {
        "shipping": amount(N_("An order's shipping is an amount.")),
        "discount": amount(N_("An order's discount is an amount.")),
    },
)
TOTAL = N_("An order's total is its subtotal, tax and shipping without its discount.")


def _adds_up(parameters: JSON) -> Problem | None:
    order = parameters["order"]
    told = {name: order[name]["value"] for name in ("subtotal", "tax", "shipping", "discount") if order.get(name)}
    total = sum(value if name != "discount" else -value for name, value in told.items())
    asked = parameters["total_amount"]["value"]
    return None if is_whole(asked) and asked == total else fault(WRONG, TOTAL, "total_amount.value")


ORDER_PARAMETERS = every(
    shape(
        N_("An order needs its parameters."),
        {
            "reference_id": REFERENCE,
            "type": one_of(("digital-goods", "physical-goods"), N_("An order is for digital-goods or physical-goods.")),
            "currency": words(3, N_("An order needs its currency, such as INR."), pattern="[A-Z]{3}"),
            "total_amount": amount(TOTAL),
            "order": _ORDER,
        },
    ),
    _adds_up,
)
_NAME = N_("The message's action has the name of its type.")
ORDER_DETAILS = shape(
    N_("An order needs its details."),
    {"name": one_of(("review_and_pay",), _NAME), "parameters": ORDER_PARAMETERS},
)
ORDER_STATUS = named(
    "review_order",
    {
        "reference_id": REFERENCE,
        "order": shape(
            N_("The order is an object."),
            {
                "status": one_of(
                    ("processing", "partially_shipped", "shipped", "completed", "canceled", "pending"),
                    N_("An order is processing, partially_shipped, shipped, completed or canceled."),
                )
            },
            {"description": note(120, N_("What is said about an order has at most 120 characters."))},
        ),
    },
    {
        "payment": shape(
            N_("A payment is an object."),
            {"status": one_of(("captured", "pending", "failed"), N_("A payment is captured, pending or failed."))},
        )
    },
)
