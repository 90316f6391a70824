"""Addresses of a connect link: the wizard for who has no login, each below the link's own."""

from django.urls import path

from safarichat.console.views import linked

urlpatterns = [
    path("connect/<slug:token>", linked.page, name="linked"),
    path("connect/<slug:token>/logo", linked.logo, name="linked_logo"),
    path("connect/<slug:token>/initialize", linked.initialize, name="linked_initialize"),
    path("connect/<slug:token>/callback", linked.callback, name="linked_callback"),
    path("connect/<slug:token>/before/<slug:provider>", linked.before, name="linked_before"),
    path("connect/<slug:token>/<int:credential_id>/steps", linked.steps, name="linked_steps"),
    path("connect/<slug:token>/<int:credential_id>/continue", linked.carry_on, name="linked_continue"),
]
