"""Customers' files from Meta, and ours to Meta (reference §5.1)."""

from urllib.parse import urlsplit

from safarichat.providers.cloud_api.errors import classify
from safarichat.providers.cloud_api.media import described, is_missing, uploaded
from safarichat.providers.files import (
    GONE,
    LARGEST,
    PATIENCE_S,
    STRANGE_ADDRESS,
    Fetched,
    Ref,
    Uploaded,
    not_fetched,
    not_uploaded,
)
from safarichat.providers.meta.graph import app_of, ask, graph, is_ok, token_of
from safarichat.providers.shapes import Call, FilePart, Later, Number, Platform, Refused, Talk

HOSTS = ("lookaside.fbsbx.com", "mmg.whatsapp.net")


def fetch_media(number: Number, ref: Ref, platform: Platform) -> Talk[Fetched | Refused | Later]:
    token, query = token_of(number), {"phone_number_id": number.phone_number_id}
    node = graph(platform, "describe media", "GET", ref.id, token, query=query, app_id=app_of(number), is_routine=True)
    answer = yield from ask(node)
    if not is_ok(answer):
        return Refused(GONE) if is_missing(answer) else not_fetched(answer, classify(answer))
    found = described(answer)
    if found is None or not _is_metas(found.url, platform):
        return Refused(STRANGE_ADDRESS)
    answer = yield from ask(_download(found.url, token))
    if not is_ok(answer):
        return not_fetched(answer, classify(answer))
    return Fetched(mime_type=found.mime_type, sha256=found.sha256)


def upload_media(number: Number, file: FilePart, platform: Platform) -> Talk[Uploaded | Refused | Later]:
    call = graph(
        platform,
        "upload media",
        "POST",
        f"{number.phone_number_id}/media",
        token_of(number),
        form={"messaging_product": "whatsapp", "type": file.mime_type},
        app_id=app_of(number),
        is_routine=True,
    )
    answer = yield from ask(with_file(call, file))
    return (is_ok(answer) and uploaded(answer)) or not_uploaded(classify(answer))


def with_file(call: Call, file: FilePart) -> Call:
    return Call(
        name=call.name,
        method=call.method,
        url=call.url,
        headers=call.headers,
        query=call.query,
        form=call.form,
        file=file,
        timeout_s=PATIENCE_S,
        is_routine=True,
    )


def _download(url: str, token: str) -> Call:
    headers = {"authorization": f"Bearer {token}"}
    return Call(
        name="download media",
        method="GET",
        url=url,
        headers=headers,
        is_download=True,
        timeout_s=PATIENCE_S,
        max_bytes=LARGEST,
        is_routine=True,
    )


def _is_metas(url: str, platform: Platform) -> bool:
    """The token goes to hosts of Meta's only, or to where the operator's own setting leads."""
    parts, ours = urlsplit(url), urlsplit(platform["META_GRAPH_URL"])
    if parts.scheme == "https" and parts.netloc.lower() in HOSTS:
        return True
    return bool(ours.netloc) and (parts.scheme, parts.netloc.lower()) == (ours.scheme, ours.netloc.lower())
