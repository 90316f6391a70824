from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "safarichat.messaging"
    label = "messaging"
