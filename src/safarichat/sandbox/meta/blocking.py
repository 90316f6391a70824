"""People a business does not want to hear of (reference §10)."""

from safarichat.sandbox.meta import nodes
from safarichat.sandbox.meta.errors import GraphError
from safarichat.sandbox.things import JSON, Customer, PhoneNumber
from safarichat.sandbox.world import World

MOST = 64_000
SILENT = "Only users who wrote to the business in the last 24 hours can be blocked."
Given = dict[str, JSON]


def block(world: World, number: PhoneNumber, given: Given) -> Given:
    """Some may fail beside others that don't: then it is an error that tells of both. Raises GraphError."""
    done: list[JSON] = []
    failed: list[JSON] = []
    for told in _told(given):
        customer = world.customer(told)
        if customer is None or not world.has_window(world.chat(number.id, customer.id)):
            failed.append(_failure(told, customer))
        elif len(number.blocked) >= MOST:
            raise GraphError(139101)
        else:
            number.blocked = [*(id for id in number.blocked if id != customer.id), customer.id]
            done.append({"input": told} | _named(customer))
    world.numbers.put(number)
    result: Given = {"added_users": done} | ({"failed_users": failed} if failed else {})
    answer: Given = {"messaging_product": "whatsapp", "block_users": result}
    if failed:
        raise GraphError(139100, beside=answer)
    return answer


def unblock(world: World, number: PhoneNumber, given: Given) -> Given:
    done: list[JSON] = []
    for told in _told(given):
        customer = world.customer(told)
        if customer is not None and customer.id in number.blocked:
            number.blocked.remove(customer.id)
            done.append({"input": told} | _named(customer))
    world.numbers.put(number)
    return {"messaging_product": "whatsapp", "block_users": {"removed_users": done}}


def listed(world: World, number: PhoneNumber, given: Given, url: str) -> Given:
    people = [world.customers.things[id] for id in number.blocked]
    shown = [{"messaging_product": "whatsapp"} | _named(customer) for customer in people]
    return nodes.paged(shown, given, url, key="user_id")


def _told(given: Given) -> list[str]:
    users = given.get("block_users")
    if given.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required.")
    if not isinstance(users, list) or not users or not all(isinstance(user, dict) for user in users):
        raise GraphError(100, "The parameter block_users is required.")
    return [str(user.get("user") or user.get("user_id") or "") for user in users]


def _named(customer: Customer) -> Given:
    return ({"wa_id": customer.wa_id} if customer.wa_id else {}) | {"user_id": customer.user_id}


def _failure(told: str, customer: Customer | None) -> Given:
    error = {"message": "User has not messaged the business", "code": 139100, "error_data": {"details": SILENT}}
    return {"input": told} | (_named(customer) if customer else {}) | {"errors": [error]}
