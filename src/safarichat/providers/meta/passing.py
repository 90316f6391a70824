"""A program's own call, in the number's name."""

from safarichat.providers.cloud_api.errors import classify, is_foreign
from safarichat.providers.meta.graph import app_of, ask, graph, token_of
from safarichat.providers.passing import Passed
from safarichat.providers.shapes import Answer, Later, Number, Platform, Refused, Talk, Unknown


def pass_on(number: Number, asked: Passed, platform: Platform) -> Talk[Answer | Refused | Later | Unknown]:
    whose = {"number": number.phone_number_id, "account": number.waba_id, "template": asked.object_id}[asked.of]
    path = f"{whose}/{asked.edge}" if asked.edge else whose
    call = graph(
        platform,
        "pass on",
        asked.method,
        path,
        token_of(number),
        query=asked.query,
        json=asked.json,
        app_id=app_of(number),
    )
    answer = yield from ask(call)
    return classify(answer) if is_foreign(answer) else answer
