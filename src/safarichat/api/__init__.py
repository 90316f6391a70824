"""The management API: what the Cloud API has no word for."""
