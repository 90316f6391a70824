"""The management API, put together: its nouns, who may ask, how it fails, and its description."""

from typing import Any

from django.http import Http404
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from safarichat.api import (
    contacts,
    conversations,
    deliveries,
    describing,
    endpoints,
    keys,
    links,
    numbers,
    onboarding,
    problems,
)
from safarichat.api.asking import ApiKeyAuth, unknown_key
from safarichat.api.problems import Refusal

TOLD = """Everything that WhatsApp's Cloud API has no word for: numbers and their connection, connect links,
conversations, contacts, a message's timeline, keys, endpoints and their deliveries. Messages themselves are sent by the
Cloud API, under the same host and with the same keys.

Lists come in pages: send `next_cursor` as `cursor` to get the next one. Errors are problem details (RFC 9457).
"""


class Api(NinjaAPI):
    def get_openapi_schema(self, **options: Any) -> Any:
        return describing.complete(super().get_openapi_schema(**options))


api = Api(
    title="SafariChat management API",
    version="1",
    description=TOLD,
    auth=ApiKeyAuth(),
    urls_namespace="api",
)
api.add_router("/v1/numbers", numbers.router)
api.add_router("/v1", onboarding.router)
api.add_router("/v1/connect-links", links.router)
api.add_router("/v1/conversations", conversations.router)
api.add_router("/v1/messages", conversations.messages)
api.add_router("/v1/contacts", contacts.router)
api.add_router("/v1/keys", keys.router)
api.add_router("/v1/endpoints", endpoints.router)
api.add_router("/v1/endpoints", deliveries.router)


api.exception_handler(Refusal)(lambda _request, refusal: problems.answer(refusal))
api.exception_handler(AuthenticationError)(lambda _request, _error: problems.answer(unknown_key()))
api.exception_handler(HttpError)(problems.of_http)
api.exception_handler(ValidationError)(problems.of_validation)
api.exception_handler(Http404)(problems.nothing_here)
api.exception_handler(Exception)(problems.of_bug)
