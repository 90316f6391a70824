from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "safarichat.inbox"
    label = "inbox"
