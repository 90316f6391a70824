"""Where accounts are told what happens: their webhooks, what is due to them, and what came of it."""
