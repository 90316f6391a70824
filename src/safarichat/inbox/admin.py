"""Webhooks for the operator: their envelopes and what was refused, never their bodies."""

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import F, Func, IntegerField, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from safarichat.accounts.operators import ForOperators
from safarichat.inbox.models import Hook, RefusedCount
from safarichat.inbox.replaying import replay

COUNTED = 10_000


class Bounded(Paginator):  # type: ignore[type-arg]  # generic only in the stubs
    """Counts no further than the pages that anybody would turn to: the table may hold millions."""

    @cached_property
    def count(self) -> int:
        assert isinstance(self.object_list, QuerySet)
        return self.object_list.order_by()[:COUNTED].count()


@admin.register(Hook)
class HookAdmin(ForOperators):
    list_display = ("id", "provider", "received_at", "size", "state", "reason", "understood_at")
    list_display_links = None
    list_filter = ("state",)  # one by provider would read the whole table for its choices
    ordering = ("-id",)
    paginator = Bounded
    actions = ("understand_again",)

    @admin.action(description=_("Understand again"))
    def understand_again(self, request: HttpRequest, chosen: QuerySet[Hook]) -> None:
        given_back = replay(list(chosen.values_list("id", flat=True)))
        messages.success(request, _("%(count)d given back to the workers.") % {"count": given_back})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Hook]:
        size = Func(F("body"), function="octet_length", output_field=IntegerField())
        return Hook.objects.defer("body").annotate(bytes=size)

    @admin.display(description=_("size"))
    def size(self, hook: Hook) -> int:
        bytes_: int = hook.bytes  # type: ignore[attr-defined]  # annotated above
        return bytes_


@admin.register(RefusedCount)
class RefusedCountAdmin(ForOperators):
    list_display = ("minute", "provider", "reason", "count")
    list_display_links = None
    list_filter = ("provider", "reason")
    ordering = ("-minute",)
    paginator = Bounded
