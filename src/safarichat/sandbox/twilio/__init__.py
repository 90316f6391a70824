"""Twilio: accounts, messages, contents, senders, callbacks (reference twilio)."""
