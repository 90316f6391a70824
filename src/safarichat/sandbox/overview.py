"""A small page that says what is here."""

from html import escape

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from safarichat.sandbox import states
from safarichat.sandbox.handset.screens import address
from safarichat.sandbox.pages import page
from safarichat.sandbox.things import JSON
from safarichat.sandbox.twilio.senders import standing
from safarichat.sandbox.twilio.things import Sender
from safarichat.sandbox.world import World

AT_TWILIO = ["Account", "Name", "Status", "Sender", "Number", "Inbound to"]
COLUMNS = ["Number", "Name", "Phone number id", "WABA id", "State", "Chat"]


class Overview:
    def __init__(self, world: World, base_url: str) -> None:
        self.world, self.base_url = world, base_url

    def routes(self) -> list[Route]:
        return [Route("/_sandbox", self.show), Route("/_sandbox/", self.show)]

    async def show(self, request: Request) -> Response:
        if "json" in request.headers.get("accept", ""):
            return JSONResponse(self._facts())
        return page("Provider sandbox", self._html(), kind="overview")

    def _facts(self) -> dict[str, JSON]:
        app = self.world.app
        subscription = app.subscription
        return {
            "app": {
                "META_APP_ID": app.id,
                "META_CONFIG_ID": app.config_id,
                "META_BUSINESS_ID": app.business_id,
                "callback_url": subscription.callback_url if subscription else None,
                "fields": subscription.fields if subscription else [],
            },
            "twilio": self._twilio(),
            "numbers": [states.shown(self.world, number) for number in self.world.numbers],
            "handsets": [f"{self.base_url}/phone/{address(customer)}" for customer in self.world.customers],
        }

    def _twilio(self) -> dict[str, JSON]:
        """Who is there, without their tokens."""
        kept = self.world.twilio
        operators = next((account for account in kept.accounts if account.is_operators), None)
        return {
            "TWILIO_ACCOUNT_SID": operators.id if operators else None,
            "TWILIO_SOLUTION_ID": operators.solution_id if operators else None,
            "accounts": [{"sid": a.id, "name": a.name, "owner": a.owner, "status": a.status} for a in kept.accounts],
            "senders": [self._sender(sender) for sender in kept.senders],
            "troubles": [msgspec.to_builtins(trouble) for trouble in kept.troubles],
        }

    def _sender(self, sender: Sender) -> dict[str, JSON]:
        number = self.world.numbers.things[sender.phone_number_id]
        return {
            "sid": sender.id,
            "account_sid": sender.account,
            "status": standing(sender, number),
            "phone_number": f"+{number.phone}",
            "callback_url": sender.webhook.get("callback_url", ""),
        }

    def _html(self) -> str:
        facts = self._facts()
        app = "".join(_row(name, value) for name, value in facts["app"].items())
        numbers = "".join(
            f"<tr><td>{escape(n['display_phone_number'])}</td><td>{escape(n['verified_name'])}</td>"
            f"<td>{escape(n['phone_number_id'])}</td><td>{escape(n['waba_id'])}</td>"
            f"<td>{'registered' if n['registered'] else 'not registered'}"
            f"{', code ' + escape(n['code']) if n['code'] else ''}</td>"
            f'<td><a href="/wa.me/{n["phone_number"][1:]}">Chat</a></td></tr>'
            for n in facts["numbers"]
        )
        accounts = {account["sid"]: account for account in facts["twilio"]["accounts"]}
        senders = "".join(
            _cells(sender["account_sid"], accounts[sender["account_sid"]]["name"], sender["status"], sender["sid"],
                   sender["phone_number"], sender["callback_url"] or "nowhere")
            for sender in facts["twilio"]["senders"]
        )  # fmt: skip
        handsets = "".join(
            f'<li><a href="/phone/{escape(address(c))}">{escape(c.name)}</a> {escape(address(c))}</li>'
            for c in self.world.customers
        )
        stats = self.world.stats
        return f"""<main><h1>Provider sandbox</h1>
<p>This stands in for Meta, 360dialog, Twilio and for customers' handsets. Nothing here reaches a real person.</p>
<h2>Meta app</h2><div class="wide" tabindex="0"><table><tbody>{app}</tbody></table></div>
<h2>Numbers</h2>
{_table(COLUMNS, numbers, "None yet: connect one in SafariChat.")}
<h2>Twilio's senders</h2>
{_table(AT_TWILIO, senders, "None yet: connect a number at Twilio in SafariChat.")}
<h2>Handsets</h2><ul>{handsets}</ul><p><a href="/phone/">Open a handset</a></p>
<h2>Figures</h2><p>{stats.accepted} messages accepted, {stats.duplicates} of them duplicates;
{stats.webhooks_sent} webhooks sent, {stats.webhooks_retried} of them again, {stats.webhooks_given_up} given up,
{len(self.world.deliveries)} waiting.</p></main>"""


def _row(name: str, value: JSON) -> str:
    text = ", ".join(value) if isinstance(value, list) else str(value or "not registered")
    return f'<tr><th scope="row">{escape(name)}</th><td>{escape(text)}</td></tr>'


def _cells(*texts: str) -> str:
    return f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in texts)}</tr>"


def _table(head: list[str], rows: str, empty: str) -> str:
    if not rows:
        return f"<p>{escape(empty)}</p>"
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    return f'<div class="wide" tabindex="0"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
