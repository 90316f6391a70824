"""What a customer chose about advertisements, told to every business they have a chat with (reference §7.10)."""

from safarichat.sandbox.meta.webhooks import Webhooks
from safarichat.sandbox.things import JSON, Customer, PhoneNumber
from safarichat.sandbox.world import World

DETAILS = {"stop": "User requested to stop marketing messages", "resume": "User requested to resume marketing messages"}


def choose(world: World, webhooks: Webhooks, customer: Customer, *, opted_out: bool) -> None:
    """(!) One choice for all businesses here; at WhatsApp there is one for each."""
    if customer.opted_out == opted_out:
        return
    customer.opted_out = opted_out
    world.keep_customer(customer)
    for chat in world.chats:
        number = world.numbers.things[chat.phone_number_id]
        if chat.customer_id == customer.id and number.registered:
            webhooks.tell(
                world.wabas.things[number.waba_id], "user_preferences", _value(world, customer, number), number
            )


def _value(world: World, customer: Customer, number: PhoneNumber) -> dict[str, JSON]:
    word = "stop" if customer.opted_out else "resume"
    person: dict[str, JSON] = {"user_id": customer.user_id} | ({"wa_id": customer.wa_id} if customer.wa_id else {})
    choice = {"detail": DETAILS[word], "category": "marketing_messages", "value": word, "timestamp": int(world.now())}
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": number.phone, "phone_number_id": number.id},
        "contacts": [{"profile": {"name": customer.name}} | person],
        "user_preferences": [person | choice],
    }
