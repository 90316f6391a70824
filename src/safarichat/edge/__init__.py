"""Asynchronous and hot: what comes in by the thousand, and streams that stay open."""
