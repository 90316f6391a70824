"""Checks that need Django: the schema, secrets, providers, mail."""

from collections.abc import Iterator
from smtplib import SMTPException

from django.apps import apps
from django.conf import settings
from django.core import checks as django_checks
from django.core.mail import EmailMessage, get_connection
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from safarichat import providers
from safarichat.accounts import seeds
from safarichat.ground import fields
from safarichat.numbers import hooks
from safarichat.numbers.platform import platform
from safarichat.project.checks import Finding, blocks, ok, warning
from safarichat.providers.shapes import Health


def schema() -> Iterator[Finding]:
    count = pending()
    if count:
        yield blocks(f"{count} schema migrations are not applied: run `safarichat migrate`.")
    else:
        yield ok("The schema is up to date.")


def pending() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def secrets() -> Iterator[Finding]:
    lost = sum(fields.count_unopenable(model) for model in apps.get_models() if fields.sealed_columns(model))
    lost += seeds.count_unopenable()
    if lost:
        yield blocks(
            f"{lost} stored secrets can't be opened with the keys in SAFARICHAT_ENCRYPTION_KEYS; add the key that"
            " sealed them (`safarichat keys status` names it)."
        )


def each_provider(*, fix: bool) -> Iterator[Finding]:
    """For each provider that is offered: which ways numbers can be connected, and where its webhooks go."""
    for name in providers.names():
        if name in map(providers.canonical, settings.WHATSAPP_PROVIDERS):
            yield from _ways(name)
            if _has_app(name):
                yield from _hooks(name, hooks.read_back(name), fix=fix)


def _ways(name: str) -> Iterator[Finding]:
    """Ways for which the same settings are missing are told together."""
    lacking: dict[str, list[str]] = {}
    ready: list[str] = []
    for way in providers.get(name).abilities.ways:
        missing = providers.get(name).missing_settings(platform(name), way.mode)
        told = lacking.setdefault(", ".join(missing), []) if missing else ready
        told.append(f"“{_(way.label)}”")
    if ready:
        yield ok(f"{name}: numbers can be connected by {', '.join(ready)}.")
    for names, labels in lacking.items():
        yield warning(f"{name}: nobody can connect a number by {', '.join(labels)} before these are set: {names}.")


def _has_app(name: str) -> bool:
    """Whether an app or account of the operator's own is set up, by which people connect their numbers."""
    provider, place = providers.get(name), platform(name)
    own = [way for way in provider.abilities.ways if way.flow != "form"]
    return bool(provider.operator_hook) and any(not provider.missing_settings(place, way.mode) for way in own)


def _hooks(name: str, found: Health, *, fix: bool) -> Iterator[Finding]:
    if fix and not all(check.ok for check in found.checks):
        found = hooks.register(name)
    for check in found.checks:
        message = f"{name}: {_(check.message)} {check.details}".strip()
        hint = "" if fix else " `safarichat check --fix` registers the address."
        yield ok(message) if check.ok else warning(f"{message} {_(check.cure) if check.cure else ''}{hint}".strip())


def mail(*, send_to: str) -> Iterator[Finding]:
    if not settings.EMAIL_URL:
        yield warning(f"EMAIL_URL is not set: mail is not sent but kept as files under {settings.SAFARICHAT_DATA}.")
    try:
        if send_to:
            EmailMessage(_("SafariChat can send mail"), _("This is the test you asked for."), to=[send_to]).send()
            yield ok(f"A test mail to {send_to} was handed over.")
        elif settings.EMAIL_URL:
            with get_connection():
                yield ok("The mail server answers.")
    except (OSError, SMTPException) as problem:
        yield blocks(f"Mail can't be sent: {problem}.")


def deploy() -> Iterator[Finding]:
    for message in django_checks.run_checks(include_deployment_checks=True):
        if message.is_silenced():
            continue
        level = blocks if message.is_serious() else warning
        yield level(f"{message.msg} ({message.id})")
