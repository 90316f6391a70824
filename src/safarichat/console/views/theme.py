"""The switch between light and dark."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from safarichat.accounts.models import User


@require_POST
@login_required
def theme(request: HttpRequest) -> HttpResponse:
    user = request.user
    chosen = request.POST.get("theme", "")
    if isinstance(user, User) and chosen in User.Theme.values:
        user.theme = chosen
        user.save(update_fields=["theme"])
    return HttpResponse(status=204)
