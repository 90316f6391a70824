from django.apps import AppConfig


class EndpointsConfig(AppConfig):
    name = "safarichat.endpoints"
    label = "endpoints"
