"""Reading a business account's list from its provider and making the copy like it."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from msgspec import Struct

from safarichat import providers
from safarichat.ground.keyring import CannotOpen
from safarichat.ground.notify import announce
from safarichat.ground.outbound import run_talk
from safarichat.ground.sql import as_json, columns, fetch
from safarichat.ground.tenancy import acting_for
from safarichat.numbers import calls
from safarichat.numbers.asking import within
from safarichat.numbers.models import SENDING, OfficialWhatsappCredential
from safarichat.numbers.platform import platform_of
from safarichat.numbers.use import opened_number
from safarichat.providers.errors import N_
from safarichat.providers.shapes import Problem, Template, TemplateList

logger = logging.getLogger("safarichat.templates")

EVERY = timedelta(hours=4)
AFTER_A_FAILURE = timedelta(minutes=5)
IN_REVIEW = timedelta(minutes=10)  # not every provider tells how a review ended
PATIENCE_S = 40.0
MOST_A_RUN = 20
TOPIC = "templates"
NEWS_FIELDS = {"status": "message_template_status_update", "quality": "message_template_quality_update"}
NEWS_FIELDS |= {"category": "template_category_update"}
NO_NUMBER = Problem(
    key="number_not_ready",
    message=N_("No number of this business account can be used at the moment."),
    cure=N_("Open the number's page: it says what is missing."),
    fault="us",
    scope="number",
)
OF_NUMBER = "coalesce(nullif(k.waba_id, ''), k.phone_number_id, '')"  # the copy's waba_id, from a number `k`


class _Due(Struct, frozen=True):
    copy_id: int
    account_id: int
    api_provider: str
    waba_id: str


def sync(account_id: int, credential_id: int) -> Problem | None:
    """Read the list of this number's business account now. No transaction may be open: the provider is asked."""
    with acting_for(account_id):
        rows = fetch(
            f"""
            INSERT INTO template_copies (account_id, api_provider, waba_id, tried_at)
            SELECT k.account_id, k.api_provider, {OF_NUMBER}, now() FROM official_whatsapp_credentials k
            WHERE k.account_id = %s AND k.id = %s AND {OF_NUMBER} <> ''
            ON CONFLICT (account_id, api_provider, waba_id) DO UPDATE SET tried_at = now()
            RETURNING id, account_id, api_provider, waba_id
            """,  # noqa: S608 - our own words
            account_id,
            credential_id,
        )
    return _sync(_Due(*rows[0])) if rows else NO_NUMBER


def sync_due() -> int:
    """For the worker, as the owner role: what was never read, what news made doubtful, what was read hours ago."""
    _begin()
    found = _claim(timezone.now())
    for one in found:
        if problem := _sync(one):
            logger.warning("templates of account %s could not be read: %s", one.account_id, problem.key)
    return len(found)


def _begin() -> None:
    """A copy for each business account that has a number here."""
    fetch(
        f"""
        INSERT INTO template_copies (account_id, api_provider, waba_id)
        SELECT DISTINCT k.account_id, k.api_provider, {OF_NUMBER} FROM official_whatsapp_credentials k
        WHERE k.status = ANY(%s::text[]) AND (k.access_token <> '' OR k.connection_id IS NOT NULL)
          AND {OF_NUMBER} <> ''
          AND NOT EXISTS (SELECT FROM template_copies c WHERE c.account_id = k.account_id
                          AND c.api_provider = k.api_provider AND c.waba_id = {OF_NUMBER})
        ON CONFLICT DO NOTHING
        """,  # noqa: S608 - our own words
        [status.value for status in SENDING],
    )


def _claim(now: datetime) -> list[_Due]:
    """Longest untried first; marked as tried, so that another worker takes others."""
    rows = fetch(
        "UPDATE template_copies SET tried_at = %s WHERE id IN ("
        "  SELECT id FROM template_copies WHERE tried_at IS NULL OR tried_at < %s"
        "    OR (problem IS NULL AND wanted_at > tried_at) OR (problem IS NOT NULL AND tried_at < %s)"
        "    OR (tried_at < %s AND EXISTS (SELECT FROM message_templates t WHERE t.copy_id = template_copies.id"
        "        AND t.status = 'PENDING' AND t.gone_at IS NULL))"
        "  ORDER BY tried_at NULLS FIRST LIMIT %s FOR UPDATE SKIP LOCKED)"
        " RETURNING id, account_id, api_provider, waba_id",
        now,
        now - EVERY,
        now - AFTER_A_FAILURE,
        now - IN_REVIEW,
        MOST_A_RUN,
    )
    return [_Due(*row) for row in rows]


def _sync(one: _Due) -> Problem | None:
    began_at = timezone.now()
    listed = _ask(one)
    with acting_for(one.account_id):
        if isinstance(listed, TemplateList):
            _keep(one, listed.templates, began_at)
            problem = None
        else:
            problem = listed
        fetch("UPDATE template_copies SET problem = %s::jsonb WHERE id = %s", as_json(problem), one.copy_id)
        announce(one.account_id, TOPIC)
    return problem


def _ask(one: _Due) -> TemplateList | Problem:
    """With the access of any number that is in use."""
    row = _number_of(one)
    if row is None:
        return NO_NUMBER
    try:
        talk = providers.get(row.api_provider).templates(opened_number(row), platform_of(row))
    except CannotOpen:
        return NO_NUMBER
    listed = run_talk(talk, within(PATIENCE_S, calls.noting(row.account_id, row.pk, "templates")))
    return listed if isinstance(listed, TemplateList) else listed.problem


def _number_of(one: _Due) -> OfficialWhatsappCredential | None:
    of_account = Q(waba_id=one.waba_id) | Q(phone_number_id=one.waba_id)
    with acting_for(one.account_id):
        rows = OfficialWhatsappCredential.objects.filter(
            of_account, account_id=one.account_id, api_provider=one.api_provider, status__in=SENDING
        )
        return next((row for row in rows.select_related("connection").order_by("pk") if row.is_signed_in), None)


# --- keeping ---------------------------------------------------------------------------------------------------------


def _keep(one: _Due, listed: Sequence[Template], began_at: datetime) -> None:
    """What was listed is so, but for what news have told since the list was asked for. What is missing is gone."""
    since = int(began_at.timestamp())
    fetch(
        """
        INSERT INTO message_templates AS t (account_id, copy_id, synced_at, news, template_id, name, language, category,
                                            status, quality, components, parameter_format, rejected_reason)
        SELECT %s, %s, %s, '{}', n.* FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
          %s::text[], %s::jsonb[], %s::text[], %s::text[]) n
        ON CONFLICT (account_id, copy_id, name, language) DO UPDATE SET
          template_id = EXCLUDED.template_id, components = EXCLUDED.components, synced_at = EXCLUDED.synced_at,
          parameter_format = EXCLUDED.parameter_format, rejected_reason = EXCLUDED.rejected_reason, gone_at = NULL,
          status = CASE WHEN (t.news->>%s)::bigint > %s THEN t.status ELSE EXCLUDED.status END,
          quality = CASE WHEN (t.news->>%s)::bigint > %s THEN t.quality ELSE EXCLUDED.quality END,
          category = CASE WHEN (t.news->>%s)::bigint > %s THEN t.category ELSE EXCLUDED.category END
        WHERE t.synced_at <= EXCLUDED.synced_at
        """,
        one.account_id,
        one.copy_id,
        began_at,
        *columns([_columns(each) for each in listed], 9),
        *(told for field in ("status", "quality", "category") for told in (NEWS_FIELDS[field], since)),
    )
    fetch(
        "UPDATE message_templates SET gone_at = %s WHERE copy_id = %s AND synced_at < %s AND gone_at IS NULL",
        began_at,
        one.copy_id,
        began_at,
    )
    fetch("UPDATE template_copies SET synced_at = greatest(synced_at, %s) WHERE id = %s", began_at, one.copy_id)


def _columns(each: Template) -> tuple[object, ...]:
    return (
        each.template_id,
        each.name,
        each.language,
        each.category,
        each.status,
        each.quality,
        as_json(each.components),
        each.parameter_format,
        each.rejected_reason,
    )
