"""Addresses of what programs need: each page of the developers' room has its lines."""

from django.urls import path

from safarichat.console.views import apicalls, apikeys, deliveries, endpoints, links, programs

urlpatterns = [
    path("developers", programs.start, name="developers"),
    path("developers/keys", apikeys.keys, name="api_keys"),
    path("developers/keys/<int:key_id>/revoke", apikeys.revoke, name="api_key_revoke"),
    path("developers/log", apicalls.calls, name="api_log"),
    path("developers/endpoints", endpoints.endpoints, name="endpoints"),
    path("developers/endpoints/rows", endpoints.rows, name="endpoint_rows"),
    path("developers/endpoints/<int:endpoint_id>", endpoints.endpoint, name="endpoint"),
    path("developers/endpoints/<int:endpoint_id>/secret", endpoints.rotate, name="endpoint_secret"),
    path("developers/endpoints/<int:endpoint_id>/pause", endpoints.pause, name="endpoint_pause"),
    path("developers/endpoints/<int:endpoint_id>/resume", endpoints.resume, name="endpoint_resume"),
    path("developers/endpoints/<int:endpoint_id>/remove", endpoints.remove, name="endpoint_remove"),
    path("developers/endpoints/<int:endpoint_id>/handshake", endpoints.handshake, name="endpoint_handshake"),
    path("developers/endpoints/<int:endpoint_id>/test", endpoints.test, name="endpoint_test"),
    path("developers/endpoints/<int:endpoint_id>/replay", deliveries.replay, name="endpoint_replay"),
    path("developers/endpoints/<int:endpoint_id>/deliveries", deliveries.deliveries, name="deliveries"),
    path("developers/endpoints/<int:endpoint_id>/deliveries/newest", deliveries.newest, name="deliveries_newest"),
    path(
        "developers/endpoints/<int:endpoint_id>/deliveries/<int:delivery_id>",
        deliveries.delivery,
        name="delivery_page",
    ),
    path(
        "developers/endpoints/<int:endpoint_id>/deliveries/<int:delivery_id>/state",
        deliveries.state,
        name="delivery_state",
    ),
    path("developers/links", links.links, name="connect_links"),
    path("developers/links/<int:link_id>/revoke", links.revoke, name="connect_link_revoke"),
]
