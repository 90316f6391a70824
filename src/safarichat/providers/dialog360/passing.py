"""A program's own call, in the number's name: the key says which number and account it is (reference §10, §12)."""

from safarichat.providers.dialog360.asking import ask
from safarichat.providers.dialog360.use import call
from safarichat.providers.passing import Passed
from safarichat.providers.shapes import Answer, Number, Platform, Talk


def pass_on(number: Number, asked: Passed, platform: Platform) -> Talk[Answer]:
    path = f"message_templates/{asked.object_id}" if asked.of == "template" else asked.edge
    return (yield from ask(call(number, platform, "pass on", asked.method, path, query=asked.query, json=asked.json)))
