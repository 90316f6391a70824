"""Embedded Signup: the JavaScript SDK and the pages of the popup."""
