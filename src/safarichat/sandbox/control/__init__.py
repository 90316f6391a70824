"""The control API for tests and demonstrations (contract §10)."""
