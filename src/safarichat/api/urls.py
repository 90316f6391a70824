"""The management API's addresses; whatever else is asked below them is answered as it answers."""

from django.urls import path

from safarichat.api.app import api
from safarichat.api.problems import nothing_here

urlpatterns = [
    path("", api.urls),
    path("<path:rest>", lambda request, rest: nothing_here(request)),
]
