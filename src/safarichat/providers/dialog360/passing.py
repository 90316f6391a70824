"""A program's own call, in the number's name: the key says which number and account it is (reference §10, §12)."""

from safarichat.providers.cloud_api.errors import is_foreign
from safarichat.providers.dialog360.asking import ask
from safarichat.providers.dialog360.errors import classify
from safarichat.providers.dialog360.use import call
from safarichat.providers.passing import Passed
from safarichat.providers.shapes import Answer, Later, Number, Platform, Refused, Talk, Unknown


def pass_on(number: Number, asked: Passed, platform: Platform) -> Talk[Answer | Refused | Later | Unknown]:
    path = f"message_templates/{asked.object_id}" if asked.of == "template" else asked.edge
    passed = call(number, platform, "pass on", asked.method, path, query=asked.query, json=asked.json)
    answer = yield from ask(passed)
    return classify(answer) if is_foreign(answer) else answer
