"""Asking about one number with its own token."""

from collections.abc import Mapping

from safarichat.providers.meta.graph import app_of, graph, node, token_of
from safarichat.providers.meta.nodes import ask_for_number, facts_of_number
from safarichat.providers.shapes import JSON, Call, Number, Platform, Talk


def of_number(
    number: Number,
    platform: Platform,
    name: str,
    method: str,
    edge: str,
    *,
    query: Mapping[str, str] | None = None,
    json: JSON = None,
) -> Call:
    """`edge` is what follows the number's id; empty for the number itself."""
    path = f"{number.phone_number_id}/{edge}".rstrip("/")
    return graph(platform, name, method, path, token_of(number), query=query, json=json, app_id=app_of(number))


def of_account(number: Number, platform: Platform, name: str, method: str, edge: str) -> Call:
    return graph(platform, name, method, f"{number.waba_id}/{edge}", token_of(number), app_id=app_of(number))


def read_number(number: Number, platform: Platform) -> Talk[dict[str, JSON]]:
    """Its facts as they are now; none when it can't be read."""
    answer = yield from ask_for_number(platform, number.phone_number_id, token_of(number), app_of(number))
    return facts_of_number(node(answer))
