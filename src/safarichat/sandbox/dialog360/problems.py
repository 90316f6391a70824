"""Errors as 360dialog's gateway and hub answer them, before anything reached Meta (reference §13.1)."""

from safarichat.sandbox.things import JSON
from safarichat.sandbox.wire import Answer, as_json


class Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def answer(refused: Refused, *, camel: bool = False) -> Answer:
    status, message = refused.status, refused.message
    told: dict[str, JSON] = {"success": False}
    if camel:
        told |= {"httpCode": status, "developerMessage": message}
    else:
        told |= {"http_code": status, "developer_message": message, "details": [], "error_data": None}
    return as_json({"meta": told}, status)


NO_KEY = Refused(401, "Invalid api_key or token expired")
DISABLED = Refused(400, "WhatsApp API for this account is disabled.")
UNPAID = Refused(400, "Message was not sent because of overdue invoices or lack of payment.")
TOO_FAST = Refused(400, "Endpoint rate limit exceeded: limit of 1 request every 10 seconds.")
NOT_FOUND = Refused(404, "Not found")
HUB_LIMIT = Refused(429, "Rate limit exceeded: 5 requests in 30 seconds.")
AWAY = Refused(502, "WhatsApp API is not available.")
