from django.apps import AppConfig


class MessageTemplatesConfig(AppConfig):
    name = "safarichat.message_templates"
    label = "message_templates"
