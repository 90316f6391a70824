"""Programs to copy: each in the words of a language, with the account's own address and number.

The texts lie beside this file. They hold no key: a program reads it from its environment.
"""

import re
from functools import cache
from pathlib import Path

from django.utils.translation import gettext_noop as N_
from msgspec import Struct

_MESSAGE = re.compile("^( *)(.*)MESSAGE", re.MULTILINE)  # indented as the line where it stands
TO = "+14155550123"  # nobody's: such numbers are kept for examples
_TEXT = f"""{{
    "messaging_product": "whatsapp",
    "to": "{TO}",
    "type": "text",
    "text": {{"body": "Karibu"}}
}}"""
_TEMPLATE = f"""{{
    "messaging_product": "whatsapp",
    "to": "{TO}",
    "type": "template",
    "template": {{"name": "hello_world", "language": {{"code": "en_US"}}}}
}}"""


class Language(Struct, frozen=True):
    """How one sends, and the file of a program that receives."""

    slug: str
    title: str
    receives: str = ""
    text: str = _TEXT
    template: str = _TEMPLATE


class Snippet(Struct, frozen=True):
    id: str
    title: str
    code: str


LANGUAGES = (
    Language("curl", "curl"),
    Language("httpx", "Python · httpx", "receive_python"),
    Language(
        "pywa",
        "Python · pywa",
        "receive_pywa",
        text=f'sent = whatsapp.send_message(to="{TO}", text="Karibu")',
        template="from pywa.types.templates import TemplateLanguage\n\n"
        f'sent = whatsapp.send_template(to="{TO}", name="hello_world", language=TemplateLanguage.ENGLISH_US)',
    ),
    Language("fetch", "JavaScript · fetch", "receive_node"),
    Language(
        "kapso",
        "JavaScript · @kapso/whatsapp-cloud-api",
        text=f'const sent = await client.messages.sendText({{\n  phoneNumberId: "NUMBER",\n  to: "{TO}",\n'
        '  body: "Karibu",\n});',
        template=f'const sent = await client.messages.sendTemplate({{\n  phoneNumberId: "NUMBER",\n  to: "{TO}",\n'
        '  template: { name: "hello_world", language: { code: "en_US" } },\n});',
    ),
    Language("php", "PHP · curl", "receive_php"),
)


def of(language: Language, base_url: str, phone_number_id: str, waba_id: str) -> list[Snippet]:
    def filled(file: str, message: str = "") -> str:
        code = _MESSAGE.sub(lambda found: found[1] + found[2] + message.replace("\n", f"\n{found[1]}"), _file(file))
        if not waba_id:
            code = code.replace('    waba_id="WABA",\n', "")
        return code.replace("BASE_URL", base_url).replace("NUMBER", phone_number_id).replace("WABA", waba_id)

    slug = language.slug
    shown = [
        Snippet(f"{slug}-text", N_("Send a text"), filled(slug, language.text)),
        Snippet(f"{slug}-template", N_("Send a template"), filled(slug, language.template)),
    ]
    if language.receives:
        shown.append(Snippet(f"{slug}-receive", N_("Receive messages"), filled(language.receives)))
    return shown


@cache
def _file(name: str) -> str:
    return (Path(__file__).parent / f"{name}.txt").read_text()
