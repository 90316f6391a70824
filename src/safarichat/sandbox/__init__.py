"""A stand-in for WhatsApp providers and for customers' handsets. Imports nothing of ours, is imported by nothing of ours."""
