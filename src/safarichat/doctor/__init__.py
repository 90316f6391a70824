"""Diagnosis: what is really so with a connection, at the provider and on our side, and what cures it."""
