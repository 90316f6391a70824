"""`/{business account}/subscribed_apps`: that we deliver events here; where to, the account's endpoints say."""

from safarichat.gateway.answers import SUCCESS, Answer, error, told
from safarichat.gateway.calls import Call
from safarichat.gateway.objects import rows_of_waba
from safarichat.numbers.platform import address

NAME = "SafariChat"


def look(call: Call) -> Answer:
    rows = rows_of_waba(call)
    ours = {"id": str(rows[0].account_id), "name": NAME, "link": address()}
    return told({"data": [{"whatsapp_business_api_data": ours}]})


def subscribe(call: Call) -> Answer:
    rows_of_waba(call)
    if "override_callback_uri" in call.told:
        return error(100, details="override_callback_uri: Endpoints are added on the page “Developers” here.")
    return SUCCESS


def unsubscribe(call: Call) -> Answer:
    rows_of_waba(call)
    return error(10, "(#10) Endpoints are removed on the page “Developers” here; the number stays subscribed.")
