"""Twilio: WhatsApp senders of a person's own account, or of a subaccount that is made for them."""

from safarichat.providers.twilio.about import ABILITIES, FACTS

facts = FACTS
abilities = ABILITIES
