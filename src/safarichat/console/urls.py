"""Every page's address. Each room has its own list."""

from django.urls import include, path

from safarichat.console.views.overview import overview
from safarichat.console.views.theme import theme

urlpatterns = [
    path("", overview, name="overview"),
    path("theme", theme, name="theme"),
    path("", include("safarichat.console.urls_whatsapp")),
    path("", include("safarichat.console.urls_settings")),
]
