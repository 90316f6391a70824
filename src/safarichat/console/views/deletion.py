"""What became of a request to delete data, for whoever has its code: nobody has to log in for this."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from safarichat import providers
from safarichat.numbers import withdrawing


@require_safe
@never_cache
def data_deletion(request: HttpRequest, code: str) -> HttpResponse:
    found = withdrawing.deletion(code)
    if found is None:
        raise Http404
    label = next((facts.label for facts in providers.all_facts() if facts.name == found.provider), found.provider)
    return render(request, "console/connect/deletion.html", {"found": found, "provider": label})
