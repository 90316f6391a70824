from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "safarichat.accounts"
    label = "accounts"
