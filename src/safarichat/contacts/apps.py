from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "safarichat.contacts"
    label = "contacts"
