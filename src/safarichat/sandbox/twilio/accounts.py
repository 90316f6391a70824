"""Accounts, subaccounts, their tokens and keys, and who is asking (reference §2)."""

import base64
import os

from safarichat.sandbox import ids
from safarichat.sandbox.things import JSON
from safarichat.sandbox.twilio.problems import Refused
from safarichat.sandbox.twilio.things import Account, Key, auth_token, sid
from safarichat.sandbox.twilio.turns import NOTHING, Table, Turn, by_uri, first, iso, page, rfc2822
from safarichat.sandbox.wire import Answer, Asked, as_json
from safarichat.sandbox.world import World

ROOT = r"/2010-04-01/Accounts"
ONE = ROOT + r"/AC[0-9a-f]{32}"


class Accounts:
    def __init__(self, world: World) -> None:
        self.world, self.kept = world, world.twilio
        self.operators = self._operators()

    def table(self) -> Table:
        return [
            ("GET", ROOT + r"\.json", self._list),
            ("POST", ROOT + r"\.json", self._create),
            ("GET", ONE + r"\.json", self._fetch),
            ("POST", ONE + r"\.json", self._change),
            ("GET", ONE + r"/Balance\.json", self._balance),
            ("GET", ONE + r"/Keys\.json", self._keys),
            ("POST", ONE + r"/Keys\.json", self._create_key),
            ("GET", ONE + r"/Keys/(\w+)\.json", self._key),
            ("POST", ONE + r"/Keys/(\w+)\.json", self._change_key),
            ("DELETE", ONE + r"/Keys/(\w+)\.json", self._drop_key),
        ]

    def token_table(self) -> Table:
        """The host `accounts`: a second token while the first is replaced."""
        return [
            ("POST", "/v1/AuthTokens/Secondary", self._add_token),
            ("DELETE", "/v1/AuthTokens/Secondary", self._drop_token),
            ("POST", "/v1/AuthTokens/Promote", self._promote_token),
        ]

    # --- who there is ------------------------------------------------------------------------------------------------

    def _operators(self) -> Account:
        """The operator's account: what the environment says wins over what was kept, so that both sides agree."""
        wanted = os.environ.get("TWILIO_ACCOUNT_SID") or ""
        kept = next((each for each in self.kept.accounts if each.is_operators), None)
        account = self.kept.accounts.get(wanted) or (kept if kept and not wanted else None)
        if account is None:
            account = self._made(wanted or sid("AC"), "SafariChat")
        account.is_operators = True
        account.auth_token = os.environ.get("TWILIO_AUTH_TOKEN") or account.auth_token
        account.solution_id = os.environ.get("TWILIO_SOLUTION_ID") or account.solution_id or ids.object_id()
        return self.kept.accounts.put(account)

    def make(self, name: str, owner: str = "") -> Account:
        return self.kept.accounts.put(self._made(sid("AC"), name, owner))

    def make_key(self, account: Account, name: str, kind: str = "standard", allowed: tuple[str, ...] = ()) -> Key:
        key = Key(id=sid("SK"), account=account.id, secret=auth_token(), name=name, kind=kind)
        key.allowed, key.made_at = list(allowed), self.world.now()
        return self.kept.keys.put(key)

    def _made(self, account_sid: str, name: str, owner: str = "") -> Account:
        now = self.world.now()
        return Account(id=account_sid, auth_token=auth_token(), name=name, owner=owner, made_at=now, changed_at=now)

    # --- who asks ----------------------------------------------------------------------------------------------------

    def caller(self, asked: Asked) -> tuple[Account, Key | None]:
        """By account SID and either token, or by key SID and its secret."""
        scheme, _, given = asked.header("authorization").partition(" ")
        try:
            user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
        except ValueError:
            raise Refused(20003) from None
        if scheme.lower() != "basic" or not password:
            raise Refused(20003)
        account = self.kept.accounts.get(user)
        if account is not None and password in (account.auth_token, account.secondary_token):
            return account, None
        key = self.kept.keys.get(user)
        if key is None or password != key.secret:
            raise Refused(20003)
        return self.kept.accounts.things[key.account], key

    def reached(self, caller: Account, account_sid: str) -> Account:
        """The account in the path: the caller's own, or one that it owns."""
        account = self.kept.accounts.get(account_sid)
        if account is None or caller.id not in (account.id, account.owner):
            raise Refused(20003)
        return account

    def must_be_active(self, turn: Turn) -> None:
        """(!) An owner reaches a suspended account's own page, to wake it, and nothing else of it."""
        own_page = turn.path == f"{ROOT}/{turn.account.id}.json"
        if turn.caller.status != "active" or (turn.account.status != "active" and not own_page):
            raise Refused(20005)

    def must_be_allowed(self, turn: Turn, area: str) -> None:
        key = turn.key
        if key is None or key.kind == "main":
            return
        if area in ("accounts", "keys") or (key.kind == "restricted" and area not in key.allowed):
            raise Refused(20003)

    # --- accounts ----------------------------------------------------------------------------------------------------

    def _list(self, turn: Turn) -> Answer:
        mine = [each for each in self.kept.accounts if turn.caller.id in (each.id, each.owner)]
        for name, field in (("FriendlyName", "name"), ("Status", "status")):
            if wanted := first(turn.query, name):
                mine = [each for each in mine if getattr(each, field) == wanted]
        return by_uri(page(turn, mine, self.node), "accounts", f"{ROOT}.json")

    def _create(self, turn: Turn) -> Answer:
        if turn.caller.owner:
            raise Refused(20001, "a subaccount can't have subaccounts")
        made = self.make(turn.text("FriendlyName") or f"SubAccount Created at {iso(self.world.now())}", turn.caller.id)
        return as_json(self.node(made), 201)

    def _fetch(self, turn: Turn) -> Answer:
        return as_json(self.node(turn.account))

    def _change(self, turn: Turn) -> Answer:
        account, status = turn.account, turn.text("Status")
        if status:
            if status not in ("active", "suspended", "closed") or account.status == "closed" or not account.owner:
                raise Refused(20001, f"Status of {account.id} can't become {status}")
            account.status = status
        account.name = turn.text("FriendlyName") or account.name
        account.changed_at = self.world.now()
        return as_json(self.node(self.kept.accounts.put(account)))

    def _balance(self, turn: Turn) -> Answer:
        if turn.account.owner:
            raise Refused(20404)
        return as_json({"account_sid": turn.account.id, "balance": "12.34", "currency": "USD"})

    # --- keys --------------------------------------------------------------------------------------------------------

    def _keys(self, turn: Turn) -> Answer:
        mine = [key for key in self.kept.keys if key.account == turn.account.id]
        return by_uri(page(turn, mine, _key_node), "keys", f"{ROOT}/{turn.account.id}/Keys.json")

    def _create_key(self, turn: Turn) -> Answer:
        key = self.make_key(turn.account, turn.text("FriendlyName"))
        return as_json(_key_node(key) | {"secret": key.secret}, 201)

    def _key(self, turn: Turn, key_sid: str) -> Answer:
        return as_json(_key_node(self._mine(turn, key_sid)))

    def _change_key(self, turn: Turn, key_sid: str) -> Answer:
        key = self._mine(turn, key_sid)
        key.name = turn.text("FriendlyName", key.name)
        return as_json(_key_node(self.kept.keys.put(key)))

    def _drop_key(self, turn: Turn, key_sid: str) -> Answer:
        self.kept.keys.drop(self._mine(turn, key_sid).id)
        return NOTHING

    def _mine(self, turn: Turn, key_sid: str) -> Key:
        key = self.kept.keys.get(key_sid)
        if key is None or key.account != turn.account.id:
            raise Refused(20404)
        return key

    # --- tokens ------------------------------------------------------------------------------------------------------

    def _add_token(self, turn: Turn) -> Answer:
        turn.account.secondary_token = auth_token()
        return self._token(turn, "secondary_auth_token", turn.account.secondary_token, 201)

    def _drop_token(self, turn: Turn) -> Answer:
        turn.account.secondary_token = ""
        self.kept.accounts.put(turn.account)
        return NOTHING

    def _promote_token(self, turn: Turn) -> Answer:
        """The old token stops working at once."""
        if not turn.account.secondary_token:
            raise Refused(20404)
        turn.account.auth_token, turn.account.secondary_token = turn.account.secondary_token, ""
        return self._token(turn, "auth_token", turn.account.auth_token, 200)

    def _token(self, turn: Turn, name: str, token: str, status: int) -> Answer:
        turn.account.changed_at = self.world.now()
        self.kept.accounts.put(turn.account)
        at = iso(turn.account.changed_at)
        told = {"account_sid": turn.account.id, name: token, "date_created": at, "date_updated": at}
        return as_json(told, status)

    # --- as JSON -----------------------------------------------------------------------------------------------------

    def node(self, account: Account) -> dict[str, JSON]:
        uri = f"{ROOT}/{account.id}"
        return {
            "sid": account.id,
            "friendly_name": account.name,
            "status": account.status,
            "type": "Full",
            "owner_account_sid": account.owner or account.id,
            "auth_token": account.auth_token,
            "date_created": rfc2822(account.made_at),
            "date_updated": rfc2822(account.changed_at),
            "subresource_uris": {"messages": f"{uri}/Messages.json", "keys": f"{uri}/Keys.json"},
            "uri": f"{uri}.json",
        }


def _key_node(key: Key) -> dict[str, JSON]:
    at = rfc2822(key.made_at)
    return {"sid": key.id, "friendly_name": key.name, "date_created": at, "date_updated": at}
