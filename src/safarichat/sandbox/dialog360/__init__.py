"""360dialog: the messaging host, the hub's API and its pages (reference 360dialog)."""
