"""Composes the whole: settings, addresses, processes."""
