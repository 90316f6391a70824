"""A number that stays in the WhatsApp Business app: asking for its contacts and history (reference §2.11)."""

from safarichat.providers.cloud_api.errors import problem_of
from safarichat.providers.meta.graph import ask, is_ok
from safarichat.providers.meta.walk import Walk
from safarichat.providers.shapes import JSON, Talk

SYNC_TYPES = ("smb_app_state_sync", "history")
USED_ALREADY = 2593107


def ask_for_phone_data(walk: Walk) -> Talk[dict[str, JSON]]:
    """Possible once each, and within a day of onboarding only: so it is asked for at once, and comes by webhook. A
    refusal costs the history and not the connection. Returns what was asked for, as a fact."""
    asked: list[str] = []
    for kind in SYNC_TYPES:
        body = {"messaging_product": "whatsapp", "sync_type": kind}
        path = f"{walk.fact('phone_number_id')}/smb_app_data"
        answer = yield from ask(walk.call(f"ask for {kind}", "POST", path, json=body))
        if is_ok(answer) or problem_of(answer).code == USED_ALREADY:
            asked.append(kind)
        else:
            walk.warnings.append(problem_of(answer))
    return {"phone_data_asked": list(asked)}
