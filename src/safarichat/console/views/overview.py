"""The first page: what to do next, and how things stand."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from safarichat.console.tenant import TenantRequest, tenant_page


@require_safe
@tenant_page
def overview(request: TenantRequest) -> HttpResponse:
    return render(request, "console/overview/overview.html")
