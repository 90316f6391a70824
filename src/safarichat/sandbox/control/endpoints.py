"""Control calls over HTTP: a JSON object or a form in, JSON out, a sentence when it is refused."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safarichat.sandbox.things import JSON, PhoneNumber
from safarichat.sandbox.wire import ENCODE, BadBody, parse_form
from safarichat.sandbox.world import World

Deed = Callable[[Request, dict[str, JSON]], Awaitable[JSON]]


class Refusal(Exception):
    def __init__(self, message: str, status: int = 400) -> None:
        self.status = status
        super().__init__(message)


def routes(table: list[tuple[str, str, Deed]]) -> list[Route]:
    return [Route(f"/_sandbox/{path}", _endpoint(deed), methods=[method]) for method, path, deed in table]


def find_number(world: World, address: str) -> PhoneNumber:
    number = world.number(address)
    if number is None:
        raise Refusal(f"no such number: {address or '(none given)'}", 404)
    return number


def _endpoint(deed: Deed) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return _json(await deed(request, await _body(request)))
        except Refusal as refusal:
            return _json({"error": str(refusal)}, refusal.status)
        except (BadBody, ValueError) as error:
            return _json({"error": f"not understood: {error}"}, 400)

    return endpoint


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    if not raw:
        return {}
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(parse_form(raw))
    try:
        value = msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        raise BadBody(str(error)) from error
    if not isinstance(value, dict):
        raise BadBody("a JSON object is expected")
    return value


def _json(value: JSON, status: int = 200) -> Response:
    return Response(ENCODE(value), status, media_type="application/json")
