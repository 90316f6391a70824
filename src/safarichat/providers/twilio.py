"""Twilio: what choosing it means."""

from safarichat.providers.errors import N_
from safarichat.providers.shapes import Facts

facts = Facts(
    name="twilio",
    label="Twilio",
    summary=N_("A communications platform that carries WhatsApp beside SMS and calls."),
    best_for=N_("Businesses that use Twilio already."),
    you_need=(
        N_("A Twilio account, or one made for you by whoever runs this installation"),
        N_("A Facebook login that may manage your business"),
        N_("A phone number, your own or one bought at Twilio"),
    ),
    who_bills=N_("Twilio bills its own fee for each message, in and out, and Meta's prices on top."),
    time=N_("About ten minutes; approval of a new sender may take longer."),
    limits=N_("80 messages a second for a number; free text of at most 1,600 characters."),
    works_with_phone_app=N_("No."),
    pros=(
        N_("One bill for WhatsApp, SMS and calls"),
        N_("Numbers can be bought there"),
        N_("Support contracts for every size"),
    ),
    cons=(
        N_("A fee for each message, received ones too"),
        N_("Some kinds of messages are not carried"),
        N_("Templates are managed in Twilio's own form"),
    ),
    docs_url="https://www.twilio.com/docs/whatsapp",
    is_available=False,
)
