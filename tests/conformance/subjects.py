"""Who is tested, with what. A new provider brings a folder like `meta/` and one line here."""

from tests.conformance.meta import subject as meta
from tests.conformance.subject import Subject

SUBJECTS: list[Subject] = [meta.SUBJECT]
