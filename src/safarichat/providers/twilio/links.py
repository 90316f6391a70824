"""Links to files and pages, as Twilio needs them: whole, or in a content with the changing part as a variable."""

from urllib.parse import unquote, urlsplit


def is_link(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname) and not any(sign.isspace() for sign in link)


def last_part(link: str) -> str:
    """The file's name in it."""
    return unquote(urlsplit(link).path.rsplit("/", 1)[-1])


def split(link: str) -> tuple[str, str]:
    """The site, which stays the same from message to message, and the rest."""
    parts = urlsplit(link)
    site = f"{parts.scheme}://{parts.netloc}/"
    return site, link[len(site) :]
