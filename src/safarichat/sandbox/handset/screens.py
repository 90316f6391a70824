"""The handset's screens as HTML: list of chats, one chat, switches."""

import time
from collections.abc import Callable
from html import escape
from urllib.parse import quote, urlencode

from safarichat.sandbox.things import Chat, Customer, PhoneNumber

Line = tuple[PhoneNumber, Chat, float, str]


def address(customer: Customer) -> str:
    return f"+{customer.phone}" if customer.phone else customer.user_id


def path(customer: Customer) -> str:
    return f"/phone/{quote(address(customer), safe='+')}"


def handset(customer: Customer, number: PhoneNumber | None, parts: dict[str, str], *, version: str, text: str) -> str:
    base = path(customer)
    chat = _chat(base, number, parts["thread"], text) if number else _nothing_open()
    opened = number.id if number else ""
    kind = "phone in-chat" if number else "phone"
    top = "h2" if number else "h1"  # the chat's heading leads when one is open: on a phone the list is not there
    return f"""<main class="{kind}" data-live="{base}/live" data-with="{opened}" data-version="{version}">
<nav aria-label="Chats"><header><{top}>{escape(customer.name)}</{top}><p>{escape(_identity(customer))}</p></header>
<div id="chats">{parts["chats"]}</div>
{_switches(base, customer)}
<p class="others"><a href="/phone/">Other handsets</a></p></nav>
<section aria-label="Chat">{chat}</section>
</main>"""


def chat_list(customer: Customer, lines: list[Line], strangers: list[PhoneNumber], opened: PhoneNumber | None) -> str:
    base = path(customer)
    shown = "".join(_line(base, line, opened) for line in lines)
    new = "".join(
        f'<li><a href="{base}/{n.id}"><b>{escape(n.verified_name)}</b><span>{escape(n.display)}</span></a></li>'
        for n in strangers
    )
    more = f'<h2>Start a chat</h2><ul class="chats">{new}</ul>' if new else ""
    empty = "" if lines or strangers else '<p class="empty">No business is on WhatsApp yet. Connect a number first.</p>'
    return (f'<ul class="chats">{shown}</ul>' if shown else "") + more + empty


def index(customers: list[Customer]) -> str:
    return f"""<main class="chooser"><h1>Handsets</h1>
<p>Each is one pretend customer. Open several in tabs of their own.</p>
{_customers(customers, path)}
{_new_handset("/phone/", {})}</main>"""


def chooser(customers: list[Customer], number: PhoneNumber, text: str) -> str:
    def link(customer: Customer) -> str:
        return f"{path(customer)}/{number.id}?{urlencode({'text': text})}"

    said = f"<p>Message: <q>{escape(text)}</q></p>" if text else ""
    return f"""<main class="chooser"><h1>Chat with {escape(number.verified_name)}</h1>
<p>{escape(number.display)}</p>{said}<h2>Choose a handset</h2>
{_customers(customers, link)}
{_new_handset(f"/wa.me/{number.phone}", {"text": text})}</main>"""


def _customers(customers: list[Customer], link: Callable[[Customer], str]) -> str:
    rows = "".join(
        f'<li><a href="{escape(link(c))}"><b>{escape(c.name)}</b><span>{escape(_identity(c))}</span></a></li>'
        for c in customers
    )
    return f'<ul class="chats">{rows}</ul>' if rows else ""


def _new_handset(action: str, hidden: dict[str, str]) -> str:
    inputs = "".join(f'<input type="hidden" name="{k}" value="{escape(v)}">' for k, v in hidden.items())
    return f"""<form class="new" action="{action}">{inputs}<label for="number">Phone number</label>
<input id="number" name="number" type="tel" value="+255712345678" required>
<button>Open handset</button></form>"""


def _line(base: str, line: Line, opened: PhoneNumber | None) -> str:
    number, chat, at, text = line
    current = ' aria-current="page"' if opened is not None and opened.id == number.id else ""
    clock = time.strftime("%H:%M", time.localtime(at)) if at else ""
    unread = f'<em>{chat.unread}<span class="hidden"> unread</span></em>' if chat.unread else ""
    return (
        f'<li><a href="{base}/{number.id}"{current}><b>{escape(number.verified_name)}</b><time>{clock}</time>'
        f"<span>{escape(text[:60])}</span>{unread}</a></li>"
    )


def _chat(base: str, number: PhoneNumber, thread: str, text: str) -> str:
    post = f"{base}/{number.id}"
    samples = "".join(
        f'<button name="kind" value="{kind}" form="attach" formnovalidate>{label}</button>'
        for kind, label in (
            ("image", "Photo"),
            ("audio", "Voice message"),
            ("document", "Document"),
            ("sticker", "Sticker"),
            ("location", "Location"),
            ("contact", "Contact"),
        )
    )
    return f"""<header><a class="back" href="{base}">Chats</a><h1>{escape(number.verified_name)}</h1>
<p>{escape(number.display)}</p></header>
<div id="thread" role="log" aria-label="Messages" tabindex="0">{thread}</div>
<form id="attach" method="post" action="{post}/messages"></form>
<form id="composer" method="post" action="{post}/messages" enctype="multipart/form-data">
<p id="quoted" hidden><span></span> <button type="button" aria-label="Do not quote">×</button></p>
<input type="hidden" name="reply_to" value="">
<details class="attach"><summary aria-label="Attach">+</summary>
<div><p><label for="file">From this computer</label><input id="file" name="file" type="file"></p>
{samples}</div></details>
<label class="hidden" for="text">Message</label>
<textarea id="text" name="text" rows="1" placeholder="Message" maxlength="4096" autofocus>{escape(text)}</textarea>
<button class="send">Send</button>
</form>"""


def _nothing_open() -> str:
    return '<p class="empty">Choose a chat.</p>'


def _switches(base: str, customer: Customer) -> str:
    def box(name: str, label: str, on: bool) -> str:
        checked = " checked" if on else ""
        return f'<label><input type="checkbox" name="{name}" value="1"{checked}> {label}</label>'

    return f"""<details class="switches"><summary>Settings of this handset</summary>
<form method="post" action="{base}/switches">
<p><label for="name">Name</label><input id="name" name="name" value="{escape(customer.name)}"></p>
{box("receipts", "Sends read receipts", customer.receipts)}
{box("reads", "Reads everything by itself", customer.reads)}
{box("blocked", "Blocks the businesses", customer.blocked)}
{box("opted_out", "Wants no marketing", customer.opted_out)}
<p><label for="new_phone">Change to number</label><input id="new_phone" name="new_phone" type="tel"></p>
<button>Save</button></form></details>"""


def _identity(customer: Customer) -> str:
    if customer.phone:
        return f"+{customer.phone}"
    return f"@{customer.username}" if customer.username else customer.user_id
