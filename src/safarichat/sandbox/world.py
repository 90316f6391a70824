"""The pretend world: every thing on its shelf, and the few questions everybody asks of it."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from safarichat.sandbox import ids, phones
from safarichat.sandbox.faults import Faults
from safarichat.sandbox.journal import Journal
from safarichat.sandbox.things import (
    AccountHook,
    App,
    Business,
    Channel,
    Chat,
    Client,
    Code,
    Customer,
    Delivery,
    Media,
    Message,
    Partner,
    PhoneNumber,
    Settings,
    Template,
    Token,
    Upload,
    Waba,
)
from safarichat.sandbox.twilio.things import Shelves

ALL_SCOPES = ["whatsapp_business_management", "whatsapp_business_messaging", "business_management"]


class Stats(msgspec.Struct):
    accepted: int = 0
    duplicates: int = 0
    webhooks_sent: int = 0
    webhooks_retried: int = 0
    webhooks_given_up: int = 0


class World:
    def __init__(self, data_dir: Path) -> None:
        self.journal = Journal(data_dir / "sandbox.sqlite3")
        shelf = self.journal.shelf
        self.apps = shelf(App)
        self.tokens = shelf(Token)
        self.codes = shelf(Code)
        self.businesses = shelf(Business)
        self.wabas = shelf(Waba)
        self.numbers = shelf(PhoneNumber)
        self.templates = shelf(Template)
        self.media = shelf(Media)
        self.uploads = shelf(Upload)
        self.customers = shelf(Customer)
        self.messages = shelf(Message)
        self.chats = shelf(Chat)
        self.deliveries = shelf(Delivery)
        self.channels = shelf(Channel)
        self.clients = shelf(Client)
        self.partners = shelf(Partner)
        self.account_hooks = shelf(AccountHook)
        self.all_settings = shelf(Settings)
        self.twilio = Shelves(self.journal)
        self.journal.load()
        self.faults = Faults()
        self.stats = Stats()
        self.now: Callable[[], float] = time.time
        self.version = 0  # grows with everything a handset shows
        self.threads: dict[str, list[str]] = {}
        self.customer_ids: dict[str, str] = {}
        self.template_ids: dict[tuple[str, str, str], str] = {}
        self.opaques: set[tuple[str, str]] = set()
        self._index()
        self.app = self._own_app()

    @property
    def settings(self) -> Settings:
        return self.all_settings.things.get("meta") or self.all_settings.put(Settings(id="meta"))

    # --- customers and chats -----------------------------------------------------------------------------------------

    def customer(self, address: str) -> Customer | None:
        """By telephone number however written, wa_id, business-scoped user id, or @username."""
        name = address.strip()
        known = self.customer_ids.get(name) or self.customer_ids.get(name.removeprefix("@"))
        if known is None and _looks_like_phone(name):
            phone = phones.digits(name)
            known = self.customer_ids.get(phones.wa_id(phone)) or self.customer_ids.get(phone)
        return self.customers.get(known) if known else None

    def meet(self, address: str, name: str = "") -> Customer:
        """The customer of that address, who is made when nobody has it yet."""
        customer = self.customer(address)
        if customer is None:
            customer = self._new_customer(address.strip())
        if name and customer.name != name:
            customer.name = name
        return self.keep_customer(customer)

    def keep_customer(self, customer: Customer) -> Customer:
        for known in (customer.phone, customer.wa_id, customer.user_id, customer.username):
            if known:
                self.customer_ids[known] = customer.id
        self.version += 1
        return self.customers.put(customer)

    def forget_addresses(self, customer: Customer) -> None:
        """Before they change: whoever calls the old ones meets somebody else."""
        for known in (customer.phone, customer.wa_id, customer.user_id):
            self.customer_ids.pop(known, None)

    def chat(self, phone_number_id: str, customer_id: str) -> Chat:
        id = f"{phone_number_id}:{customer_id}"
        found = self.chats.get(id)
        return found or self.chats.put(Chat(id=id, phone_number_id=phone_number_id, customer_id=customer_id))

    def has_window(self, chat: Chat) -> bool:
        return self.now() - chat.customer_wrote_at < 24 * 3600

    # --- messages ----------------------------------------------------------------------------------------------------

    def add_message(self, message: Message) -> None:
        self.messages.put(message)
        self._thread(message)
        self.version += 1
        if message.inbound or message.by_phone:
            return
        self.stats.accepted += 1
        if message.opaque:
            key = (message.phone_number_id, message.opaque)
            self.stats.duplicates += key in self.opaques
            self.opaques.add(key)

    def thread(self, chat: Chat) -> list[Message]:
        return [self.messages.things[id] for id in self.threads.get(chat.id, [])]

    def changed(self, message: Message) -> None:
        self.messages.put(message)
        self.version += 1

    # --- numbers -----------------------------------------------------------------------------------------------------

    def number(self, address: str) -> PhoneNumber | None:
        """By phone_number_id or telephone number."""
        found = self.numbers.get(address)
        if found is not None or not address:
            return found
        phone = phones.digits(address)
        return next((number for number in self.numbers if number.phone == phone), None)

    def app_of(self, number: PhoneNumber) -> App:
        """The one that uses it: the business's own, if it has one, else ours."""
        business_id = self.wabas.things[number.waba_id].business_id
        own = (app for app in self.apps if app.is_customers and app.business_id == business_id)
        return next(own, self.app)

    def channel_of(self, number: PhoneNumber) -> Channel | None:
        return next((channel for channel in self.channels if channel.phone_number_id == number.id), None)

    def waba_numbers(self, waba_id: str) -> list[PhoneNumber]:
        return [number for number in self.numbers if number.waba_id == waba_id]

    def template(self, waba_id: str, name: str, language: str) -> Template | None:
        key = (waba_id, name, language)
        found = self.templates.get(self.template_ids.get(key, ""))
        if found is None:
            found = next((t for t in self.waba_templates(waba_id) if (t.name, t.language) == (name, language)), None)
            if found is not None:
                self.template_ids[key] = found.id
        return found

    def waba_templates(self, waba_id: str) -> list[Template]:
        return [template for template in self.templates if template.waba_id == waba_id]

    # --- start -------------------------------------------------------------------------------------------------------

    def _new_customer(self, address: str) -> Customer:
        if _looks_like_phone(address):
            phone = phones.digits(address)
            wa_id = phones.wa_id(phone)
            user_id = ids.user_id(phones.country(phone))
            return Customer(
                id=ids.object_id(), phone=phone, wa_id=wa_id, user_id=user_id, name=f"Customer {phone[-4:]}"
            )
        if address.startswith("@"):
            user_id = ids.user_id("ZZ")
            return Customer(id=ids.object_id(), user_id=user_id, username=address[1:], name=address[1:])
        return Customer(id=ids.object_id(), user_id=address, name=f"Customer {address[-4:]}")

    def _thread(self, message: Message) -> None:
        self.threads.setdefault(f"{message.phone_number_id}:{message.customer_id}", []).append(message.id)

    def _index(self) -> None:
        for customer in self.customers:
            self.keep_customer(customer)
        for message in self.messages:
            self._thread(message)
            if not (message.inbound or message.by_phone):
                self.stats.accepted += 1
                key = (message.phone_number_id, message.opaque)
                self.stats.duplicates += bool(message.opaque) and key in self.opaques
                self.opaques.add(key)

    def _own_app(self) -> App:
        """The pretend Meta app. What the environment says wins over what was kept, so that both sides agree."""
        kept = next((app for app in self.apps if not app.is_customers), None)
        app_id = os.environ.get("META_APP_ID") or (kept.id if kept else ids.object_id())
        app = self.apps.get(app_id) or App(
            id=app_id,
            secret=kept.secret if kept else ids.access_token()[4:36].lower(),
            name="SafariChat",
            business_id=kept.business_id if kept else ids.object_id(),
            config_id=kept.config_id if kept else ids.object_id(),
            subscription=kept.subscription if kept else None,
        )
        app.secret = os.environ.get("META_APP_SECRET") or app.secret
        app.config_id = os.environ.get("META_CONFIG_ID") or app.config_id
        app.business_id = os.environ.get("META_BUSINESS_ID") or app.business_id
        self._own_system_user(app)
        return self.apps.put(app)

    def _own_system_user(self, app: App) -> None:
        wanted = os.environ.get("META_SYSTEM_USER_TOKEN")
        kept = next((token for token in self.tokens if token.all_assets and token.app_id == app.id), None)
        if kept is None or (wanted and kept.id != wanted):
            self.tokens.put(
                Token(
                    id=wanted or ids.access_token(),
                    app_id=app.id,
                    user_id=ids.object_id(),
                    business_id=app.business_id,
                    scopes=list(ALL_SCOPES),
                    all_assets=True,
                    issued_at=int(self.now()),
                )
            )


def _looks_like_phone(address: str) -> bool:
    return re.fullmatch(r"\s*\+?[\d\s()-]*\d[\d\s()-]*", address) is not None
