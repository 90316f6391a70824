"""Customers' handsets: a page that works like a chat app."""
