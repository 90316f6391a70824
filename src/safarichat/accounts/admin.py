"""People, accounts and invitations, for the operator."""

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Count, Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from safarichat.accounts import invitations
from safarichat.accounts.models import Account, Invitation, Session, User
from safarichat.accounts.operators import ForOperators


@admin.register(User)
class UserAdmin(ForOperators):
    """A person is switched off here and deletes themselves in the settings, where their numbers are disconnected."""

    list_display = ("email", "name", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("-id",)
    fields = ("email", "name", "accounts", "two_step", "is_active", "is_staff", "date_joined", "last_login")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """An operator does not lock out a superuser, nor themselves."""
        if not self.has_view_permission(request):
            return False
        if not isinstance(obj, User):
            return True
        return obj.pk != request.user.pk and (request.user.is_superuser or not obj.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        may_change = {"is_active", "is_staff"} if request.user.is_superuser else {"is_active"}
        return [name for name in self.fields if name not in may_change]

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        obj.save(update_fields=["is_active", "is_staff"])
        if not obj.is_active:
            Session.objects.filter(user=obj).delete()

    @admin.display(description=_("accounts"))
    def accounts(self, person: User) -> str:
        return ", ".join(person.memberships.order_by("id").values_list("account__name", flat=True))

    @admin.display(description=_("two-step login"), boolean=True)
    def two_step(self, person: User) -> bool:
        return bool(is_mfa_enabled(person))


@admin.register(Account)
class AccountAdmin(ForOperators):
    list_display = ("id", "name", "members", "numbers", "created_at")
    list_display_links = ("id", "name")
    search_fields = ("name", "memberships__user__email")
    ordering = ("-id",)
    fields = ("name", "people", "numbers", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        counts = {
            "member_count": Count("memberships", distinct=True),
            "number_count": Count("credentials", distinct=True),
        }
        return Account.objects.annotate(**counts)

    @admin.display(description=_("members"), ordering="member_count")
    def members(self, account: Any) -> int:
        count: int = account.member_count
        return count

    @admin.display(description=_("numbers"), ordering="number_count")
    def numbers(self, account: Any) -> int:
        count: int = account.number_count
        return count

    @admin.display(description=_("people"))
    def people(self, account: Account) -> str:
        return ", ".join(account.memberships.order_by("id").values_list("user__email", flat=True))


@admin.register(Invitation)
class InvitationAdmin(ForOperators):
    """An invitation made here lets its person open an account of their own."""

    list_display = ("note", "account", "made_by", "created_at", "expires_at", "used_at", "used_by")
    list_select_related = ("account", "made_by", "used_by")
    ordering = ("-id",)
    fields = ("note",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_view_permission(request)

    def save_model(self, request: HttpRequest, obj: Invitation, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        token = invitations.renew(obj, timezone.now())
        obj.made_by_id = request.user.pk
        obj.save()
        link = f"{settings.SAFARICHAT_BASE_URL}{reverse('invitation', args=[token])}"
        text = _("Give this link to the person; it is shown only now, works once, and for seven days: {}")
        messages.success(request, format_html(str(text), link))
