"""What the pages of sign-up and login show about this installation."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from safarichat.accounts import invitations
from safarichat.accounts.adapter import INVITATION


def entrance(request: HttpRequest) -> dict[str, Any]:
    """Functions, so that only the pages that show them ask the database."""
    return {
        "signup_open": lambda: get_adapter().is_open_for_signup(request),
        "invited_to": lambda: invitations.account_name(request.session.get(INVITATION, ""), timezone.now()),
        "mail_arrives": settings.SAFARICHAT_MAIL_ARRIVES,
    }
