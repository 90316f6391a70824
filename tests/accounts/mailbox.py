"""What was sent, as a person would read it."""

import re

from django.core import mail


def newest_link() -> str:
    """The path of the first link in the newest message."""
    found = re.search(r"http://testserver(/accounts/\S+)", str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found.group(1)
