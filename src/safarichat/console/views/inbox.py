"""The inbox: the list of conversations, and one of them."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from safarichat.console import attachments, consents, listing
from safarichat.console.bubbles import days
from safarichat.console.composer import Composer
from safarichat.console.features import is_on
from safarichat.console.picker import Picker, picker_for
from safarichat.console.tenant import TenantRequest, tenant_page
from safarichat.messaging import reading
from safarichat.messaging.entering import entry
from safarichat.messaging.thread import thread
from safarichat.numbers.listing import ever_connected
from safarichat.numbers.models import SENDING

MOST_COUNTED = 99


@require_safe
@never_cache
@tenant_page
def inbox(request: TenantRequest) -> HttpResponse:
    return render(request, "console/inbox/inbox.html", _list(request, before=listing.place(request.GET)))


@require_safe
@never_cache
@tenant_page
def conversation(request: TenantRequest, conversation_id: int) -> HttpResponse:
    return thread_page(request, conversation_id)


def thread_page(
    request: TenantRequest,
    conversation_id: int,
    composer: Composer | None = None,
    *,
    picker: Picker | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a conversation, which counts as having been seen; with a composer that was refused, or with templates
    to choose from, which are there by themselves where nothing else can be sent."""
    head = found(request, conversation_id)
    reading.mark_seen(request.account.pk, conversation_id, now=timezone.now())
    composer = composer or Composer.fresh(request, head)
    if picker is None and composer.needs_template and is_on("templates"):
        picker = picker_for(head, {}, request.account.pk)
    # `before` in this address is a place in the thread: the list beside it begins at its beginning.
    shown = {**_list(request, before=None), **_thread(request, head), "composer": composer, "picker": picker}
    return render(request, "console/inbox/conversation.html", shown, status=status)


@require_safe
@never_cache
@tenant_page
def rows(request: TenantRequest) -> HttpResponse:
    return render(request, "console/inbox/_rows.html", _list(request, before=listing.place(request.GET)))


@require_safe
@never_cache
@tenant_page
def unread(request: TenantRequest) -> HttpResponse:
    """How many conversations wait, for the menu: empty when none does."""
    count = reading.unread_conversations(request.account.pk, most=MOST_COUNTED + 1)
    return render(request, "console/inbox/_unread.html", {"count": count, "most": MOST_COUNTED})


@require_safe
@never_cache
@tenant_page
def messages(request: TenantRequest, conversation_id: int) -> HttpResponse:
    return render(request, "console/inbox/_messages.html", _thread(request, found(request, conversation_id)))


@require_safe
@never_cache
@tenant_page
def head(request: TenantRequest, conversation_id: int) -> HttpResponse:
    shown = {**_head(request, found(request, conversation_id)), "asked": listing.Asked.read(request.GET)}
    return render(request, "console/inbox/_head.html", shown)


@require_POST
@tenant_page
def seen(request: TenantRequest, conversation_id: int) -> HttpResponse:
    found(request, conversation_id)
    reading.mark_seen(request.account.pk, conversation_id, now=timezone.now())
    return HttpResponse(status=204)


def found(request: TenantRequest, conversation_id: int) -> reading.Listed:
    """The account's conversation, or 404."""
    conversation = reading.conversation(request.account.pk, conversation_id)
    if conversation is None:
        raise Http404
    return conversation


def _list(request: TenantRequest, *, before: reading.Place | None) -> dict[str, Any]:
    """One row more than is shown tells whether there are older ones."""
    asked, now, limit = listing.Asked.read(request.GET), timezone.now(), listing.how_many(request.GET)
    found = reading.conversations(request.account.pk, asked.wanted, now=now, before=before, limit=limit + 1)
    shown = found[:limit]
    return {
        "asked": asked,
        "conversations": shown,
        "older": listing.place_text(shown[-1].place) if len(found) > limit else "",
        "is_first_page": before is None,
        "selected": request.GET.get("selected", ""),
        "numbers": ever_connected(request.account.pk),
        "now": now,
    }


def _head(request: TenantRequest, head: reading.Listed) -> dict[str, Any]:
    now, account_id = timezone.now(), request.account.pk
    return {
        "head": head,
        "now": now,
        "may_write": head.is_open(now) and head.number_status in SENDING,
        "consent": consents.of_marketing(account_id, head.contact_id),
        "entry": entry(account_id, head.id, now),
    }


def _thread(request: TenantRequest, head: reading.Listed) -> dict[str, Any]:
    limit, before = listing.how_many(request.GET), listing.place(request.GET)
    entries = thread(request.account.pk, head.id, before=before, limit=limit + 1)
    shown = entries[-limit:]
    return {
        **_head(request, head),
        "days": days(shown, attachments.of_thread(request.account.pk, head.credential_id, shown, timezone.now())),
        "older_messages": listing.place_text(shown[0].place) if len(entries) > limit else "",
    }
