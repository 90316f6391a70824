"""360dialog: what choosing it means."""

from safarichat.providers.errors import N_
from safarichat.providers.shapes import Facts

facts = Facts(
    name="360dialog",
    label="360dialog",
    summary=N_("A WhatsApp partner that hosts Meta's Cloud API for you."),
    best_for=N_("Businesses that want a contract and support, and no Meta app to care for."),
    you_need=(
        N_("A 360dialog account; its sign-up is part of connecting"),
        N_("A Facebook login that may manage your business"),
        N_("A phone number that can receive an SMS or a call"),
    ),
    who_bills=N_("360dialog bills a monthly fee for each number and Meta's prices for messages."),
    time=N_("About ten minutes; Meta's review of a new business may take a day."),
    limits=N_("80 messages a second for a number; 250 new people a day at first."),
    works_with_phone_app=N_("Yes, where 360dialog offers it."),
    pros=(
        N_("Help from people when something goes wrong"),
        N_("No Meta app and no app review of your own"),
        N_("Same kinds of messages as Meta itself"),
    ),
    cons=(N_("A monthly fee for each number"), N_("New features of Meta can arrive later")),
    docs_url="https://docs.360dialog.com",
    is_available=False,
)
