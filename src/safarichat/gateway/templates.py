"""`/{business account}/message_templates` and `/{template}`: straight through where the provider speaks the Cloud API,
from our copy of the provider's list where it does not."""

import msgspec
from msgspec.structs import replace

from safarichat import providers
from safarichat.gateway import fields, resuming
from safarichat.gateway.answers import Answer, Failed, error, not_there, outcome_told, told
from safarichat.gateway.calls import Call
from safarichat.gateway.objects import rows_of_waba
from safarichat.gateway.passing import pass_on
from safarichat.ground import ids
from safarichat.ground.sql import JSON
from safarichat.media.naming import FIRST
from safarichat.message_templates import reaching, syncing
from safarichat.message_templates.reaching import Found, Listed
from safarichat.numbers import deeds
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.passing import Passed
from safarichat.providers.shapes import Done

USUAL = ("name", "parameter_format", "components", "language", "status", "category")
MOST = 6000  # of a verified business (reference §6)
MADE_ELSEWHERE = error(10, details="Templates of this number are made and changed at its provider; they are read here.")


def listed(call: Call) -> Answer:
    row = _row(call)
    if _speaks(row.api_provider):
        asked = Passed(of="account", edge="message_templates", method="GET", query=_words(call))
        return _summed(call, row, pass_on(call, row.pk, asked))
    wanted = fields.wanted(call.told.get("fields"))
    found = reaching.listed(call.key.account_id, row.pk, _words(call))
    nodes = [fields.selected(_node(one), wanted, USUAL) for one in found]
    return _summed(call, row, told(fields.page(nodes, call.told.get("limit"), call.told.get("after"))))


def _summed(call: Call, row: OfficialWhatsappCredential, answer: Answer) -> Answer:
    """The counts that may be asked for beside a list, from our copy where its provider does not tell them."""
    if "summary" not in call.told or answer.status >= 300 or b'"summary"' in answer.body:
        return answer
    count = len(reaching.listed(call.key.account_id, row.pk, {}))
    counts = {"total_count": count, "message_template_count": count, "message_template_limit": MOST}
    summary = {**counts, "are_translations_complete": True}
    return replace(answer, body=msgspec.json.encode({**msgspec.json.decode(answer.body), "summary": summary}))


def create(call: Call) -> Answer:
    row = _row(call)
    if not _speaks(row.api_provider):
        return MADE_ELSEWHERE
    asked = Passed(of="account", edge="message_templates", method="POST", json=_with_examples(call, row.pk))
    return _changed(call, row.pk, pass_on(call, row.pk, asked))


def delete(call: Call) -> Answer:
    row = _row(call)
    if not _speaks(row.api_provider):
        return MADE_ELSEWHERE
    asked = Passed(of="account", edge="message_templates", method="DELETE", query=_words(call))
    return _changed(call, row.pk, pass_on(call, row.pk, asked))


def look(call: Call) -> Answer:
    found, credential_id, speaks = _template(call)
    if speaks:
        asked = Passed(of="template", object_id=found.template_id, method="GET", query=_words(call))
        return pass_on(call, credential_id, asked)
    return told(fields.selected(_node(found), fields.wanted(call.told.get("fields")), USUAL))


def edit(call: Call) -> Answer:
    found, credential_id, speaks = _template(call)
    if not speaks:
        return MADE_ELSEWHERE
    told_of_it = _with_examples(call, credential_id)
    asked = Passed(of="template", object_id=found.template_id, method="POST", json=told_of_it)
    return _named(found, _changed(call, credential_id, pass_on(call, credential_id, asked)))


def _named(found: Listed, answer: Answer) -> Answer:
    """(!) Not every provider tells which template was changed; programs rely on it."""
    if answer.status >= 300:
        return answer
    named = {"id": found.template_id, "name": found.name, "category": found.category}
    return replace(answer, body=msgspec.json.encode({**named, **msgspec.json.decode(answer.body)}))


def is_known(call: Call) -> bool:
    return _found(call) is not None


def _template(call: Call) -> tuple[Listed, int, bool]:
    found = _found(call)
    numbers = [number for number in found.credential_ids if call.key.may_use(number)] if found else []
    if found is None or not numbers:
        raise Failed(not_there(call.place.parts[0], call.method))
    return found.template, numbers[0], _speaks(found.provider)


def _found(call: Call) -> Found | None:
    """By Meta's id of it; ours stands where a provider has ids of another kind."""
    row = ids.row_id(call.place.parts[0])
    own = row if row is not None and row < FIRST else None
    return reaching.find(call.key.account_id, template_id=call.place.parts[0], row_id=own)


def _row(call: Call) -> OfficialWhatsappCredential:
    return rows_of_waba(call)[0]


def _speaks(provider: str) -> bool:
    return providers.get(provider).abilities.speaks_cloud_api


def _changed(call: Call, credential_id: int, answer: Answer) -> Answer:
    """What is new is known here at once, so that it can be sent."""
    if answer.status < 300:
        syncing.sync(call.key.account_id, credential_id)
    return answer


def _with_examples(call: Call, credential_id: int) -> JSON:
    """Files of a template's example go to its provider first. Raises Failed."""

    def exchanged(handle: str) -> str:
        mime_type, data = resuming.file_of(call, handle)
        given = {"mime_type": mime_type, "data": data}
        outcome = deeds.do(call.key.account_id, credential_id, "hand_sample", given)
        if not isinstance(outcome, Done):
            raise Failed(outcome_told(outcome) if outcome else not_there(call.place.parts[0], call.method))
        return str(outcome.facts["handle"])

    return resuming.with_handles(dict(call.told), exchanged)


def _words(call: Call) -> dict[str, str]:
    return {name: str(value) for name, value in call.told.items() if isinstance(value, str | int)}


def _node(one: Listed) -> dict[str, JSON]:
    return {
        "id": ids.number(one.id),
        "name": one.name,
        "parameter_format": one.parameter_format,
        "components": one.components,
        "language": one.language,
        "status": one.status,
        "category": one.category,
        "quality_score": {"score": one.quality or "UNKNOWN"},
        "rejected_reason": one.rejected_reason or "NONE",
    }
