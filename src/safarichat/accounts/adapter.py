"""Where django-allauth asks us: who may sign up, what a new person gets, how mail leaves, what is sealed."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from safarichat.accounts import invitations, people, seeds
from safarichat.accounts.forms import SignupForm
from safarichat.accounts.models import User
from safarichat.ground import fields

NO_ADDRESS = "0.0.0.0"  # noqa: S104 - not an address to listen on
INVITATION = "invitation"  # in the session: the token of the link that the visitor came by

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        match settings.SAFARICHAT_SIGNUP:
            case "open":
                return True
            case "invite":
                return invitations.is_open(request.session.get(INVITATION, ""), timezone.now())
            case _:
                return False

    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: BaseForm, commit: bool = True
    ) -> AbstractBaseUser:
        """Inside the form's transaction: the person, and their own account or their place in another's."""
        assert isinstance(user, User)
        assert isinstance(form, SignupForm)
        for name, value in form.about().items():
            setattr(user, name, value)
        super().save_user(request, user, form, commit)
        token = request.session.get(INVITATION, "")
        if token and invitations.accept(user, token, timezone.now()):
            self._vouch(request, user)
        elif settings.SAFARICHAT_SIGNUP == "open":
            people.open_account(user)
        else:  # somebody else used the link while this page was open
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_signup")))
        return user

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **more: Any) -> HttpResponse | None:
        """A person without a known address was made by the operator, who vouches for it."""
        assert isinstance(user, User)
        if not EmailAddress.objects.filter(user=user).exists():
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return super().pre_login(request, user, **more)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return _public(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _dash, secret = key.partition("-")
        return _public(reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": secret}))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is away is told to the person, alike for known and unknown addresses."""
        try:
            super().send_mail(template_prefix, email, {**context, "base_url": settings.SAFARICHAT_BASE_URL})
        except (SMTPException, OSError) as problem:
            log.error("mail could not be sent (%s): %s", template_prefix, type(problem).__name__)
            messages.error(self.request, _("The message could not be sent. Please try again in a few minutes."))

    def get_client_ip(self, request: HttpRequest) -> str:
        """The edge has already put the address behind trusted proxies there; a unix socket has none."""
        return request.META.get("REMOTE_ADDR") or NO_ADDRESS

    def _vouch(self, request: HttpRequest, user: User) -> None:
        if not settings.SAFARICHAT_MAIL_ARRIVES:
            self.stash_verified_email(request, user.email)
        request.session.pop(INVITATION, None)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Seeds of authenticator apps and of recovery codes stand sealed in the database."""

    def encrypt(self, text: str) -> str:
        return fields.ring().seal(text, seeds.PLACE)

    def decrypt(self, encrypted_text: str) -> str:
        return fields.ring().open(encrypted_text, seeds.PLACE)

    def _get_site_name(self) -> str:  # shown by the browser when a passkey is made
        return "SafariChat"


def _public(path: str) -> str:
    """Links in mail lead to the configured address, whatever Host a request came with."""
    return f"{settings.SAFARICHAT_BASE_URL}{path}"
