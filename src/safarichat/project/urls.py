"""Every page's address, and who answers when there is none."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("safarichat.console.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("safarichat.api.urls")),
]

handler400 = "safarichat.console.errors.bad_request"
handler403 = "safarichat.console.errors.denied"
handler404 = "safarichat.console.errors.not_found"
handler429 = "safarichat.console.errors.too_many"  # django-allauth asks for it
handler500 = "safarichat.console.errors.server_error"
