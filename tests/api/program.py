"""A program that asks the management API with a key."""

import json
from typing import Any

from django.test import Client


class Program:
    def __init__(self, key: str) -> None:
        self.key = key
        self.client = Client(raise_request_exception=False)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query, headers=self.headers)

    def post(self, path: str, body: Any = None) -> Any:
        return self.client.post(f"/api/v1{path}", body or {}, content_type="application/json", headers=self.headers)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        if method.upper() == "GET":
            return self.get(path)
        data, kind = json.dumps(body or {}), "application/json"
        return self.client.generic(method.upper(), f"/api/v1{path}", data, kind, headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


def problem(answer: Any) -> tuple[int, str]:
    """The status and code of a problem, whose shape is always the same."""
    told = answer.json()
    assert answer["Content-Type"] == "application/problem+json", answer.content
    assert set(told) == {"type", "title", "status", "detail", "code", "cure", "request_id", "errors"}
    assert told["status"] == answer.status_code
    assert told["request_id"] == answer["X-Request-ID"]
    return answer.status_code, told["code"]
