"""Each kind that a customer sends, by each provider's hooks to our web edge: seen on the handset and in the thread."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from safarichat.accounts.models import Account
from safarichat.media.models import File
from safarichat.messaging.models import Message
from safarichat.messaging.queueing import Order, Queued, queue
from tests.every_kind.installation import CUSTOMER, installation, wait_until
from tests.every_kind.received import Kind, changes, kinds
from tests.every_kind.seen import in_threads, on_handset
from tests.messaging.ours import now, text

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
# What a provider hands on nothing of (reference: twilio §17).
SILENT: dict[str, set[str]] = {
    "twilio": {"reaction", "call permission", "order", "system", "unsupported", "a kind of tomorrow", "edit", "revoke"},
}

AS_FILE: dict[str, set[str]] = {"twilio": {"contacts"}}


@pytest.mark.parametrize("provider", ["meta", "360dialog", "twilio"])
def test_every_kind_comes_in_and_is_seen_on_both_sides(
    settings: Any, account: Account, client_in: Client, provider: str, tmp_path: Path
) -> None:
    with installation(settings, account, provider, tmp_path) as place:
        first = place.written({"type": "text", "text": {"body": "Are you open?"}})
        wait_until(lambda: Message.objects.filter(provider_message_id=first).exists())
        [answer] = queue(
            account.pk, [Order(credential_id=place.number.pk, to=CUSTOMER, body=text("How many?"))], now=now()
        )
        assert isinstance(answer, Queued)
        wait_until(lambda: Message.objects.filter(pk=answer.message_id, status__in=("delivered", "read")).exists())
        ours = str(Message.objects.get(pk=answer.message_id).provider_message_id)
        told = kinds(ours)
        ids = {"ours": ours} | {kind.name: place.written(dict(kind.body)) for kind in told}
        more = changes(ids)
        ids |= {kind.name: place.written(dict(kind.body)) for kind in more}
        silent = SILENT.get(provider, set())
        heard = {ids[kind.name] for kind in (*told, *more) if kind.name not in silent}
        wait_until(lambda: Message.objects.filter(provider_message_id__in=heard).count() == len(heard))
        wait_until(lambda: not File.objects.exclude(state=File.State.STORED).exists())
        assert not Message.objects.filter(provider_message_id__in={ids[name] for name in silent}).exists()
        phone, thread = on_handset(place, CUSTOMER), by_provider_id(in_threads(client_in))
        files = AS_FILE.get(provider, set())
        lacking = [
            each
            for kind in (*told, *more)
            for each in lacks(kind, ids, phone, thread, is_silent=kind.name in silent, is_file=kind.name in files)
        ]
        assert not lacking, "\n".join(lacking)


def by_provider_id(thread: Mapping[int, str]) -> dict[str, str]:
    rows = Message.objects.filter(pk__in=thread).values_list("pk", "provider_message_id")
    return {str(provider_message_id): thread[row] for row, provider_message_id in rows}


def lacks(
    kind: Kind,
    ids: Mapping[str, str],
    phone: Mapping[str, str],
    thread: Mapping[str, str],
    *,
    is_silent: bool,
    is_file: bool,
) -> list[str]:
    seen_at = ids[kind.about or kind.name]
    theirs, ours = phone.get(seen_at, ""), thread.get(seen_at, "")
    shown = kind.as_file if is_file else kind.thread
    told = [f"no {word!r} on the handset" for word in kind.phone if word not in theirs]
    if is_silent:
        told += [f"{word!r} in the thread, though nothing was told" for word in kind.lost if word in ours]
    else:
        told += [f"no {word!r} in the thread" for word in shown if word not in ours]
    print(f"{kind.name} | {'not handed on' if is_silent else 'received'} | {told or 'seen'}")
    return [f"{kind.name}: {each}" for each in told]
