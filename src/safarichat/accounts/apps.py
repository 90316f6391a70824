from django.apps import AppConfig
from django.contrib.admin import apps as admin


class AccountsConfig(AppConfig):
    name = "safarichat.accounts"
    label = "accounts"
    default = True


class OperatorAdminConfig(admin.AdminConfig):
    """Django's admin with our own site: see `operators`."""

    default = False
    default_site = "safarichat.accounts.operators.OperatorSite"
