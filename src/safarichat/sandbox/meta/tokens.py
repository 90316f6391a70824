"""Access tokens and authorization codes: who may do what, and for how long."""

import hashlib
import hmac
import time

from safarichat.sandbox import ids
from safarichat.sandbox.meta.errors import GraphError, no_such_object
from safarichat.sandbox.things import JSON, App, Code, PhoneNumber, Token, Waba
from safarichat.sandbox.wire import Asked
from safarichat.sandbox.world import World

CODE_LIFETIME_S = 30
SIXTY_DAYS_S = 5_183_944
MANAGEMENT = "whatsapp_business_management"
MESSAGING = "whatsapp_business_messaging"


class Caller:
    """Whoever asks: a token, or an app by `APP_ID|APP_SECRET`."""

    def __init__(self, world: World, *, token: Token | None = None, app: App | None = None) -> None:
        self.world, self.token, self.own_app = world, token, app

    @property
    def app_id(self) -> str:
        return self.token.app_id if self.token else self.own_app.id if self.own_app else ""

    def may_reach(self, waba: Waba, scope: str) -> bool:
        token = self.token
        if token is None or scope not in token.scopes:
            return False
        return (token.all_assets and token.app_id in waba.shared_with) or waba.id in token.waba_ids

    def waba(self, waba_id: str, method: str = "get") -> Waba:
        waba = self.world.wabas.get(waba_id)
        if waba is None:
            raise no_such_object(waba_id, method)
        self._need(waba, waba_id, MANAGEMENT, method)
        return waba

    def number(self, number: PhoneNumber, scope: str = MANAGEMENT, method: str = "get") -> PhoneNumber:
        waba = self.world.wabas.get(number.waba_id)
        if waba is None:
            raise no_such_object(number.id, method)
        self._need(waba, number.id, scope, method)
        return number

    def must_be_app(self, app_id: str) -> App:
        app = self.world.apps.get(app_id)
        if app is None:
            raise no_such_object(app_id)
        if self.own_app is None or self.own_app.id != app_id:
            raise GraphError(15, "This method must be called with an app access_token.", status=400)
        return app

    def _need(self, waba: Waba, object_id: str, scope: str, method: str) -> None:
        if self.may_reach(waba, scope):
            return
        if self.token is None or not (self.token.all_assets or waba.id in self.token.waba_ids):
            raise no_such_object(object_id, method)
        if scope == MESSAGING:
            raise GraphError(10, details=f"The access token has no {MESSAGING} permission.")
        raise GraphError(200, f"Requires {scope} permission to manage the object")


def identify(world: World, asked: Asked, parameters: dict[str, JSON]) -> Caller:
    """Token checks come before anything else is looked at."""
    given = bearer(asked) or str(parameters.get("access_token") or "")
    if not given:
        raise GraphError(104, "An access token is required to request this resource.", status=401, bare=True)
    caller = _caller(world, given)
    proof = parameters.get("appsecret_proof")
    app = world.apps.get(caller.app_id)
    if proof is not None and (app is None or not hmac.compare_digest(str(proof), _proof(app.secret, given))):
        raise GraphError(100, "Invalid appsecret_proof provided in the API argument", kind="GraphMethodException")
    return caller


def bearer(asked: Asked) -> str:
    scheme, _, value = asked.header("authorization").partition(" ")
    return value.strip() if scheme.lower() in ("bearer", "oauth") else ""


def exchange(world: World, parameters: dict[str, JSON]) -> dict[str, JSON]:
    """`oauth/access_token`: a code, or a token to be prolonged, becomes a token."""
    app = _authentic_app(world, parameters)
    kind = parameters.get("grant_type") or ("authorization_code" if parameters.get("code") else "")
    if kind == "fb_exchange_token":
        return _prolong(world, app, str(parameters.get("fb_exchange_token") or ""), parameters)
    if kind == "client_credentials":
        return {"access_token": f"{app.id}|{app.secret}", "token_type": "bearer"}
    if not parameters.get("code"):
        raise GraphError(100, "Missing authorization code", bare=True)
    code = _usable_code(world, app, str(parameters["code"]), str(parameters.get("redirect_uri") or ""))
    code.used = True
    world.codes.put(code)
    return _issue(world, code)


def debug(world: World, caller: Caller, input_token: str) -> dict[str, JSON]:
    """What `debug_token` tells of a token."""
    if not input_token:
        raise GraphError(100, "The parameter input_token is required.")
    app_id, _, secret = input_token.partition("|")
    if secret and (app := world.apps.get(app_id)) and app.secret == secret:
        return {"data": {"app_id": app_id, "type": "APP", "application": app.name, "is_valid": True, "scopes": []}}
    token = world.tokens.get(input_token)
    if token is None:
        problem = {"code": 190, "message": "Invalid OAuth access token."}
        return {"data": {"error": problem, "is_valid": False, "scopes": []}}
    if token.app_id != caller.app_id:
        raise GraphError(
            100, "You must provide an app access token, or a user access token that is an owner of the app"
        )
    return {"data": _described(world, token)}


def issue_code(world: World, app: App, *, redirect_uri: str, scopes: list[str], waba_ids: list[str], business_id: str,
               token_lifetime_s: int) -> Code:  # fmt: skip
    return world.codes.put(
        Code(
            id=ids.authorization_code(),
            app_id=app.id,
            redirect_uri=redirect_uri,
            made_at=world.now(),
            scopes=scopes,
            waba_ids=waba_ids,
            business_id=business_id,
            token_lifetime_s=token_lifetime_s,
        )
    )


def _caller(world: World, given: str) -> Caller:
    app_id, separator, secret = given.partition("|")
    if separator:
        app = world.apps.get(app_id)
        if app is None or not hmac.compare_digest(secret.encode(), app.secret.encode()):
            raise GraphError(190, "Invalid OAuth access token signature.", bare=True)
        return Caller(world, app=app)
    token = world.tokens.get(given)
    if token is None:
        raise GraphError(190, "Invalid OAuth access token - Cannot parse access token", bare=True)
    problem = _problem(token, world.now())
    if problem:
        raise GraphError(190, problem[1], subcode=problem[0], bare=True)
    return Caller(world, token=token)


def _problem(token: Token, now: float) -> tuple[int, str] | None:
    if token.uninstalled:
        return 458, "Error validating access token: The user has not authorized application."
    if token.revoked:
        return 467, "Error validating access token: The session is invalid because the user logged out."
    if token.expires_at and token.expires_at <= now:
        at, current = (time.strftime("%A, %d-%b-%y %H:%M:%S UTC", time.gmtime(t)) for t in (token.expires_at, now))
        return 463, f"Error validating access token: Session has expired on {at}. The current time is {current}."
    return None


def _described(world: World, token: Token) -> dict[str, JSON]:
    app = world.apps.get(token.app_id)
    reachable = [waba.id for waba in world.wabas if token.app_id in waba.shared_with][::-1]
    targets = reachable if token.all_assets else token.waba_ids
    granular = [{"scope": s, "target_ids": targets} for s in token.scopes if s in (MANAGEMENT, MESSAGING) and targets]
    described: dict[str, JSON] = {
        "app_id": token.app_id,
        "type": "SYSTEM_USER",
        "application": app.name if app else "",
        "data_access_expires_at": 0,
        "expires_at": token.expires_at,
        "issued_at": token.issued_at,
        "is_valid": True,
        "scopes": token.scopes,
        "granular_scopes": granular,
        "user_id": token.user_id,
    }
    problem = _problem(token, world.now())
    if problem:
        described["is_valid"] = False
        described["error"] = {"code": 190, "message": problem[1], "subcode": problem[0]}
    return described


def _authentic_app(world: World, parameters: dict[str, JSON]) -> App:
    app = world.apps.get(str(parameters.get("client_id") or ""))
    if app is None:
        raise GraphError(
            101, "Error validating application. Cannot get application info due to a system error.", bare=True
        )
    secret = str(parameters.get("client_secret") or "")
    if not hmac.compare_digest(secret.encode(), app.secret.encode()):
        raise GraphError(1, "Error validating client secret.", bare=True)
    return app


def _usable_code(world: World, app: App, given: str, redirect_uri: str) -> Code:
    code = world.codes.get(given)
    if code is None or code.app_id != app.id:
        raise GraphError(100, "Invalid verification code format.", bare=True)
    if code.used:
        raise GraphError(100, "This authorization code has been used.", subcode=36009, bare=True)
    if world.now() - code.made_at > CODE_LIFETIME_S:
        raise GraphError(100, "This authorization code has expired.", subcode=36007, bare=True)
    if code.redirect_uri != redirect_uri:
        raise GraphError(
            100,
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used "
            "in the OAuth dialog request",
            subcode=36008,
            bare=True,
        )
    return code


def _issue(world: World, code: Code) -> dict[str, JSON]:
    now = int(world.now())
    token = world.tokens.put(
        Token(
            id=ids.access_token(),
            app_id=code.app_id,
            user_id=ids.object_id(),
            business_id=code.business_id,
            scopes=code.scopes,
            waba_ids=code.waba_ids,
            issued_at=now,
            expires_at=now + code.token_lifetime_s if code.token_lifetime_s else 0,
        )
    )
    return _token_answer(token, code.token_lifetime_s)


def _prolong(world: World, app: App, given: str, parameters: dict[str, JSON]) -> dict[str, JSON]:
    old = _caller(world, given).token
    if old is None or old.app_id != app.id:
        raise GraphError(190, "Invalid OAuth access token.", bare=True)
    now = int(world.now())
    lifetime = SIXTY_DAYS_S if old.expires_at or parameters.get("set_token_expires_in_60_days") else 0
    fresh = Token(
        id=ids.access_token(),
        app_id=old.app_id,
        user_id=old.user_id,
        business_id=old.business_id,
        scopes=old.scopes,
        waba_ids=old.waba_ids,
        all_assets=old.all_assets,
        issued_at=now,
        expires_at=now + lifetime if lifetime else 0,
    )
    return _token_answer(world.tokens.put(fresh), lifetime)


def _token_answer(token: Token, lifetime_s: int) -> dict[str, JSON]:
    answer: dict[str, JSON] = {"access_token": token.id, "token_type": "bearer"}
    return answer | ({"expires_in": lifetime_s} if lifetime_s else {})


def _proof(secret: str, token: str) -> str:
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
