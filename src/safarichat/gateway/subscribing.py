"""`/{business account}/subscribed_apps`: who is told what happens to its numbers (reference §2.7). We always are;
beside us the account's endpoints, which a program makes here as it would give Meta an override."""

from collections.abc import Sequence

from safarichat.accounts import throttles
from safarichat.endpoints import handshaking, managing
from safarichat.endpoints.managing import Unusable, Wanted
from safarichat.endpoints.models import Endpoint
from safarichat.endpoints.posting import guard
from safarichat.gateway.answers import SUCCESS, Answer, error, invalid, missing, told, too_often
from safarichat.gateway.calls import Call
from safarichat.gateway.objects import rows_of_waba
from safarichat.ground.sql import JSON
from safarichat.ground.tenancy import acting_for
from safarichat.numbers.platform import address

NAME = "SafariChat"
ADDRESS, TOKEN = "override_callback_uri", "verify_token"
LONGEST = {ADDRESS: 2000, TOKEN: 100}
HANDSHAKES_PER_MINUTE = 12  # of an account: who is called has not asked for it
NOT_VERIFIED = 2200  # Graph's subcode of a handshake that failed
OF_ALL_NUMBERS = error(10, details=f"{ADDRESS}: It is told of all numbers. Remove it on the page “Developers” here.")
WHICH = error(100, details=f"{ADDRESS}: Several endpoints are told of these numbers; name the one that goes.")


def look(call: Call) -> Answer:
    rows = rows_of_waba(call)
    ours: JSON = {"id": str(call.key.account_id), "name": NAME, "link": address()}
    with acting_for(call.key.account_id):
        beside = _telling_of(call, [row.pk for row in rows])
    return told({"data": [{"whatsapp_business_api_data": ours}, *(_node(row) for row in beside)]})


def subscribe(call: Call) -> Answer:
    """With an address: an endpoint of these numbers, once its program has answered the handshake."""
    numbers = [row.pk for row in rows_of_waba(call)]
    if not call.told.get(ADDRESS):
        return SUCCESS
    if not call.told.get(TOKEN):
        return missing(TOKEN)
    for name, longest in LONGEST.items():
        value = str(call.told[name])
        if len(value) > longest or not value.isprintable():
            return invalid(name, f"It has at most {longest} characters, all of them visible.")
    if wait_s := throttles.allow(f"handshake:{call.key.account_id}", limit=HANDSHAKES_PER_MINUTE, per_s=60):
        return too_often(wait_s, "Addresses were tried too often in a short time.")
    wanted = Wanted(url=str(call.told[ADDRESS]), credential_ids=numbers, verify_token=str(call.told[TOKEN]))
    shaken = handshaking.shake(wanted.url, wanted.verify_token, guard())
    if not shaken.is_done:
        said = "(#100) Callback verification failed"
        return error(100, said, f"{ADDRESS}: {shaken.message}", subcode=NOT_VERIFIED)
    try:
        with acting_for(call.key.account_id):
            _make_or_change(call, wanted)
    except Unusable as problem:
        return invalid(ADDRESS, str(problem))
    return SUCCESS


def unsubscribe(call: Call) -> Answer:
    """Graph takes the calling program's own away, and nobody else's. Here the address tells which is meant; without one
    it is the only endpoint that a program made for these numbers. What is not there is gone already."""
    numbers = [row.pk for row in rows_of_waba(call)]
    url = call.told.get(ADDRESS)
    try:
        with acting_for(call.key.account_id):
            found = _telling_of(call, numbers)
            if url:
                going = [row for row in found if row.url == url]
            else:
                going = [row for row in found if row.credential_ids is not None and row.created_by_id is None]
                if len(going) > 1:
                    return WHICH
            if any(row.credential_ids is None for row in going):
                return OF_ALL_NUMBERS
            for row in going:
                _take_away(row, numbers)
    except Unusable as problem:
        return invalid(ADDRESS, str(problem))
    return SUCCESS


def _telling_of(call: Call, numbers: Sequence[int]) -> list[Endpoint]:
    return [row for row in managing.telling_of(call.key.account_id, numbers) if _is_for(call, row)]


def _is_for(call: Call, row: Endpoint) -> bool:
    """A key for some numbers has to do with the endpoints of those alone."""
    return call.key.credential_ids is None or (
        row.credential_ids is not None and all(call.key.may_use(number) for number in row.credential_ids)
    )


def _node(row: Endpoint) -> JSON:
    link = f"{address()}/developers/endpoints/{row.pk}"
    return {
        "whatsapp_business_api_data": {"id": str(row.pk), "name": str(row), "link": link},
        ADDRESS: row.url,
    }


def _make_or_change(call: Call, wanted: Wanted) -> None:
    mine = (row for row in managing.at_address(call.key.account_id, wanted.url) if _is_for(call, row))
    row = next(mine, None)
    if row is None:
        managing.make(call.key.account_id, wanted, guard())
        return
    numbers = None if row.credential_ids is None else sorted({*row.credential_ids, *(wanted.credential_ids or ())})
    managing.change(row.account_id, row.pk, _as_is(row, numbers, wanted.verify_token), guard())
    if row.state == Endpoint.State.OFF:  # it answers again
        managing.resume(row.account_id, row.pk)


def _take_away(row: Endpoint, numbers: Sequence[int]) -> None:
    left = [number for number in row.credential_ids or () if number not in numbers]
    if left:
        managing.change(row.account_id, row.pk, _as_is(row, left, row.verify_token), guard())
    else:
        managing.remove(row.account_id, row.pk)


def _as_is(row: Endpoint, numbers: Sequence[int] | None, verify_token: str) -> Wanted:
    return Wanted(
        url=row.url,
        name=row.name,
        credential_ids=numbers,
        fields=row.fields,
        kinds=row.kinds,
        verify_token=verify_token,
    )
