"""Who carries a number, where it tells its business in another way than Meta does."""

from typing import Protocol

from safarichat.sandbox.things import JSON, Customer, Message, PhoneNumber


class Carrier(Protocol):
    def new_id(self, kind: str) -> str:
        """What a message of that kind is called here."""

    def tell_status(self, message: Message, number: PhoneNumber, customer: Customer) -> None:
        """A message of the business moved on: `message.status` says how far."""

    def tell_message(self, message: Message, customer: Customer, number: PhoneNumber, content: dict[str, JSON]) -> str:
        """A customer wrote. Says what became of the webhook: sent, or nowhere to go."""
