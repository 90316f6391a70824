"""Who is tested, with what. A new provider brings a folder like `meta/` and one line here."""

from tests.conformance.dialog360 import subject as dialog360
from tests.conformance.meta import subject as meta
from tests.conformance.subject import Subject
from tests.conformance.twilio import subject as twilio

SUBJECTS: list[Subject] = [meta.SUBJECT, dialog360.SUBJECT, twilio.SUBJECT]
