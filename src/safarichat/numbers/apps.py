from django.apps import AppConfig


class NumbersConfig(AppConfig):
    name = "safarichat.numbers"
    label = "numbers"
