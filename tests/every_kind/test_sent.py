"""Each kind that we send, with each provider: sent by a worker, seen on the handset and in the thread."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from safarichat import providers
from safarichat.accounts.models import Account
from safarichat.message_templates import syncing
from safarichat.messaging.models import Message
from safarichat.messaging.queueing import Order, Queued, queue
from safarichat.providers.shapes import Problem, Refused
from tests.every_kind.approved import approve
from tests.every_kind.installation import Installation, installation, wait_until
from tests.every_kind.seen import in_threads, on_handset
from tests.every_kind.sent import Kind, kinds
from tests.media.files import MP4, OGG, PDF, PNG, WEBP, kept
from tests.messaging.ours import now

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
FILES = {
    "image": (PNG, "roses.png"),
    "video": (MP4, "how.mp4"),
    "audio": (OGG, "word.ogg"),
    "document": (PDF, "menu.pdf"),
    "sticker": (WEBP, "cat.webp"),
}
EACH = 9  # to a customer: far from what one person may be sent at once, however slow the machine
CUSTOMERS = [f"+25571200000{n}" for n in range(6)]
# What a provider does not carry, and where its abilities say why; and templates that it has none of. The rest
# arrives.
LACKS: dict[str, dict[str, str]] = {
    "meta": {},
    "360dialog": {},
    "twilio": {
        **{kind: kind for kind in ("reaction", "contacts", "location_request_message", "address_message", "product")},
        **{kind: kind for kind in ("product_list", "catalog_message", "voice_call", "call_permission_request")},
        **{kind: kind for kind in ("request_contact_info", "order_details", "order_status")},
        **dict.fromkeys(("carousel", "carousel with replies", "carousel of products"), "carousel"),
    },
}
NO_SUCH_TEMPLATE: dict[str, set[str]] = {
    "twilio": {"template with names", "template with a place", "template with an end"},
}


@pytest.mark.parametrize("provider", ["meta", "360dialog", "twilio"])
def test_every_kind_is_sent_and_seen_on_both_sides(
    settings: Any, account: Account, client_in: Client, provider: str, tmp_path: Path
) -> None:
    with installation(settings, account, provider, tmp_path) as place:
        theirs, *_ = [place.written({"type": "text", "text": {"body": "Are you open?"}}, who) for who in CUSTOMERS]
        wait_until(lambda: Message.objects.count() == len(CUSTOMERS))
        approve(place)
        assert syncing.sync(account.pk, place.number.pk) is None
        files = {kind: str(kept(account.pk, *file).pk) for kind, file in FILES.items()}
        sent, refused = queued(place, kinds(files, theirs))
        assert refused == expected_refusals(provider)
        wait_until(lambda: not Message.objects.filter(direction="out", status__in=("queued", "sending")).exists())
        wait_until(has_arrived)
        phone, thread = on_handset(place, *CUSTOMERS), in_threads(client_in)
        rows = Message.objects.in_bulk(sent)
        for name in refused:
            print(f"{name} | refused: {refused[name]}")
        lacking = [told for row, kind in sent.items() for told in lacks(kind, rows[row], phone, thread)]
        assert not lacking, "\n".join(lacking)


def queued(place: Installation, told: list[Kind]) -> tuple[dict[int, Kind], dict[str, str]]:
    """Those that are on their way, by message; and why the others were refused at once."""
    orders = [
        Order(credential_id=place.number.pk, to=CUSTOMERS[at // EACH], body=kind.body) for at, kind in enumerate(told)
    ]
    answers = list(zip(told, queue(place.number.account_id, orders, now=now()), strict=True))
    refused = {kind.name: answer.problem for kind, answer in answers if isinstance(answer, Refused)}
    return (
        {answer.message_id: kind for kind, answer in answers if isinstance(answer, Queued)},
        {name: reason(problem) for name, problem in refused.items()},
    )


def reason(problem: Problem) -> str:
    return f"{problem.code} {problem.message}"


def expected_refusals(provider: str) -> dict[str, str]:
    abilities = providers.get(provider).abilities
    kinds = {name: f"131051 {abilities.refused[kind]}" for name, kind in LACKS[provider].items()}
    missing = "132001 There is no approved template of this name in this language."
    return kinds | dict.fromkeys(NO_SUCH_TEMPLATE.get(provider, ()), missing)


def has_arrived() -> bool:
    """(!) Of a reaction nothing is told after it was sent."""
    on_its_way = Message.objects.filter(direction="out", status__in=("accepted", "sent"))
    reactions = Message.objects.filter(kind="reaction", status="accepted")
    return not on_its_way.exclude(kind="reaction").exists() and not reactions.exists()


def lacks(kind: Kind, message: Message, phone: dict[str, str], thread: dict[int, str]) -> list[str]:
    """What should be seen of it and is not. A reaction is seen on what it is about."""
    is_reaction = kind.name == "reaction"
    theirs = phone.get(str(message.context_id if is_reaction else message.provider_message_id), "")
    about = Message.objects.get(provider_message_id=message.context_id).pk if is_reaction else message.pk
    ours = thread.get(about, "")
    lost = kind.lost if message.loss else ()
    on_phone, said = [word for word in kind.phone if word not in lost], [*kind.thread, *(message.loss or ())]
    told = [f"no {word!r} on the handset" for word in on_phone if word not in theirs]
    told += [f"{word!r} on the handset, said to be lost" for word in lost if word in theirs]
    told += [f"no {word!r} in the thread" for word in said if word not in ours]
    if not is_reaction and not any(f"status-is-{status}" in ours for status in ("delivered", "read")):
        told.append(f"it has not arrived: {message.status}, {message.problem}")
    print(f"{kind.name} | {message.status} {list(message.loss or ())} | {told or 'seen on both sides'}")
    return [f"{kind.name}: {each}" for each in told]
