"""A stand-in for WhatsApp providers and customers' handsets; neither imports ours nor is imported by it."""
