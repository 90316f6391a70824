"""Links by which a customer opens a chat with a number."""

from urllib.parse import urlencode, urlsplit

from django.conf import settings

CHAT = "https://wa.me"


def chat_link(phone_number: str, text: str) -> str:
    """A wa.me link; where a sandbox stands in for the login pages, it stands in for wa.me too."""
    login_pages = settings.PROVIDER_SETTINGS["META_DIALOG_URL"].rstrip("/")
    host = urlsplit(login_pages).hostname or ""
    is_real = host == "facebook.com" or host.endswith(".facebook.com")
    return f"{CHAT if is_real else f'{login_pages}/wa.me'}/{phone_number}?{urlencode({'text': text})}"
