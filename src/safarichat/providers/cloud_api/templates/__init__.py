"""Templates of the Cloud API: listed, laid out, filled, and compared with what is to be sent (reference §4.4, §6)."""
