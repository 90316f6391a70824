"""Addresses of what programs need: each page of the developers' room has its lines."""

from django.urls import path

from safarichat.console.views import apikeys, links

urlpatterns = [
    path("developers", apikeys.developers, name="developers"),
    path("developers/keys", apikeys.keys, name="api_keys"),
    path("developers/keys/<int:key_id>/revoke", apikeys.revoke, name="api_key_revoke"),
    path("developers/links", links.links, name="connect_links"),
    path("developers/links/<int:link_id>/revoke", links.revoke, name="connect_link_revoke"),
]
