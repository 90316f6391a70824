"""`GET /debug_token`: what an API key of the account is, in the shape of Meta's tokens (reference §0.4)."""

from datetime import UTC, datetime

from safarichat.accounts import apikeys
from safarichat.gateway.answers import Answer, missing, told
from safarichat.gateway.calls import Call
from safarichat.ground.tenancy import acting_for
from safarichat.numbers import listing

MESSAGING, MANAGEMENT = "whatsapp_business_messaging", "whatsapp_business_management"
META = {"send": MESSAGING, "read": MANAGEMENT, "templates": MANAGEMENT, "numbers": MANAGEMENT, "admin": MANAGEMENT}


def look(call: Call) -> Answer:
    shown = call.told.get("input_token")
    if not isinstance(shown, str) or not shown:
        return missing("input_token")
    key = apikeys.known(apikeys.digest(shown))
    if key is None or key.account_id != call.key.account_id:
        problem = {"code": 190, "message": "Invalid OAuth access token."}
        return told({"data": {"error": problem, "is_valid": False, "scopes": []}})
    with acting_for(key.account_id):
        rows = [row for row in listing.ever_connected(key.account_id) if key.may_use(row.pk)]
    scopes = sorted({META[scope] for scope in key.scopes})
    targets = list(dict.fromkeys(row.waba_id for row in rows if row.waba_id))
    data = {
        "app_id": str(key.account_id),
        "type": "SYSTEM_USER",
        "application": "SafariChat",
        "data_access_expires_at": 0,
        "expires_at": int(key.expires_at.timestamp()) if key.expires_at else 0,
        "is_valid": key.is_live(datetime.now(UTC)),
        "scopes": scopes,
        "granular_scopes": [{"scope": scope, "target_ids": targets} for scope in scopes],
        "user_id": str(key.id),
    }
    return told({"data": data})
