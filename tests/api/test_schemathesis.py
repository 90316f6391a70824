"""A tester of other people's making reads our description and holds every answer against it."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from safarichat.accounts import apikeys
from safarichat.accounts.models import Account
from safarichat.api.app import api
from safarichat.project.wsgi import application

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

described = schemathesis.openapi.from_dict(api.get_openapi_schema())
described.app = application


@pytest.fixture
def kept_connection(db: None) -> Iterator[None]:
    """The tester asks in this process, on the test's own connection: no request may close it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def key(account: Account, settings: Any) -> str:
    settings.SAFARICHAT_RATE_LIMIT_API = 1_000_000
    settings.WHATSAPP_RATE_LIMIT_ONBOARDING = 1_000_000
    settings.WHATSAPP_RATE_LIMIT_TEST = 1_000_000
    return apikeys.make(account.pk, "Tester", apikeys.SCOPES)[1]


@described.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_described(case: schemathesis.Case[Any], kept_connection: None, key: str) -> None:
    case.call_and_validate(
        headers={"Authorization": f"Bearer {key}"},
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )
