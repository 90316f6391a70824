"""Meta as it looks from outside: Graph API and webhooks."""
