"""SafariChat: one console and one API in front of a business's official WhatsApp numbers."""

__version__ = "0.1.0"
