from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "safarichat.media"
    label = "media"
