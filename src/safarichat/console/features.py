"""What whoever runs the installation may switch off: pages do not offer it, and their forms are refused. Numbers go on
receiving and sending."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safarichat.console.errors import error_page

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
OFF: dict[str, Promise] = {
    "templates": gettext_lazy("Templates are switched off here."),
    "media": gettext_lazy("Sending files is switched off here."),
}


def is_on(feature: str) -> bool:
    return bool(getattr(settings, f"WHATSAPP_FEATURE_{feature.upper()}"))


def switchable(feature: str) -> Callable[[View[P]], View[P]]:
    """For views that are not there while the feature is off."""

    def wrap(view: View[P]) -> View[P]:
        @wraps(view)
        def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            return view(request, *args, **kwargs) if is_on(feature) else switched_off(request, feature)

        return answer

    return wrap


def switched_off(request: HttpRequest, feature: str) -> HttpResponse:
    return error_page(request, 403, "switched_off", str(OFF[feature]), _("Ask whoever runs this installation."))


def features(_request: HttpRequest) -> dict[str, dict[str, bool]]:
    """For every template."""
    return {"features": {feature: is_on(feature) for feature in OFF}}
