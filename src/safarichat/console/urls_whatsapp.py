"""Addresses of official numbers: the wizard's pages, the endpoints, and the old addresses of both."""

from django.urls import URLPattern, URLResolver, path, re_path

from safarichat.console.views import attempts, connect, deletion, returning, whatsapp
from safarichat.console.views.old_routes import PAGES, moved

PLACES = "whatsapp/integration-options", "whatsapp/integration-success", "whatsapp/integration-error"
ENDPOINTS = {
    "whatsapp/official/initialize": ("POST",),
    "whatsapp/official/callback": (*PAGES, "POST"),
    "whatsapp/official/status": PAGES,
    "whatsapp/official/test-connection": ("POST",),
    "whatsapp/official/disconnect": ("POST",),
}
MOVED = {
    "whatsapp": "whatsapp/integration-options",
    "whatsapp/official": "whatsapp/integration-options",
    "whatsapp/official/integration-options": "whatsapp/integration-options",
    "whatsapp/integration": "whatsapp/integration-options",
    "whatsapp/status": "whatsapp/official/status",
    "whatsapp/callback": "whatsapp/official/callback",
    "whatsapp/official/success": "whatsapp/integration-success",
    "whatsapp/official/error": "whatsapp/integration-error",
    "whatsapp/official/integration-success": "whatsapp/integration-success",
    "whatsapp/official/integration-error": "whatsapp/integration-error",
}
MOVED_POSTS = ("initialize", "disconnect", "test-connection")

urlpatterns: list[URLPattern | URLResolver] = [
    path("whatsapp/integration-options", connect.options, name="connect"),
    path("whatsapp/integration-success", connect.success, name="connect_success"),
    path("whatsapp/integration-error", connect.error, name="connect_error"),
    path("whatsapp/official/initialize", whatsapp.initialize, name="whatsapp_initialize"),
    path("whatsapp/official/callback", returning.callback, name="whatsapp_callback"),
    path("whatsapp/official/status", whatsapp.status, name="whatsapp_status"),
    path("whatsapp/official/test-connection", whatsapp.test_connection, name="whatsapp_test"),
    path("whatsapp/official/disconnect", whatsapp.disconnect, name="whatsapp_disconnect"),
    path("whatsapp/official/hooks", connect.register_hooks, name="whatsapp_register_hooks"),
    path("whatsapp/official/before/<slug:provider>", connect.before_signing_in, name="connect_before"),
    path("whatsapp/official/<int:credential_id>/steps", attempts.steps, name="connect_steps"),
    path("whatsapp/official/<int:credential_id>/continue", attempts.carry_on, name="connect_continue"),
    path("whatsapp/official/<int:credential_id>/pin", attempts.pin, name="connect_pin"),
    path("whatsapp/official/<int:credential_id>/test-message", attempts.test_message, name="connect_test_message"),
    path("data-deletion/<slug:code>", deletion.data_deletion, name="data_deletion"),
    path("whatsapp/official/<int:credential_id>/proof", attempts.proof_fragment, name="connect_proof"),
    *[re_path(f"^{old}/?$", moved(f"/{new}")) for old, new in MOVED.items() if old != "whatsapp/callback"],
    re_path("^whatsapp/callback/?$", moved("/whatsapp/official/callback", methods=(*PAGES, "POST"))),
    *[re_path(f"^whatsapp/{old}/?$", moved(f"/whatsapp/official/{old}", methods=("POST",))) for old in MOVED_POSTS],
    *[path(f"{place}/", moved(f"/{place}")) for place in PLACES],
    *[path(f"{place}/", moved(f"/{place}", methods=methods)) for place, methods in ENDPOINTS.items()],
]
