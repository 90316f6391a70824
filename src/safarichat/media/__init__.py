"""Files: those that customers sent, and those that we send. A message refers to one; this room keeps it."""
