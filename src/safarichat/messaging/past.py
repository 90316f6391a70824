"""Messages from before a number came here, out of its phone app: never unread, and whatever is told of them in another
way says more."""

PAST = "past"  # the origin of a customer's message that only the phone's history has brought
PLACEHOLDER = "media_placeholder"  # in the place of a file, which comes by itself or never

# What happens, in SQL, when m is stored already: a live copy takes a past one's place, and a file its placeholder's.
COMPLETED = f"""
  DO UPDATE SET
    origin = CASE WHEN m.origin = '{PAST}' THEN excluded.origin ELSE m.origin END,
    (kind, body, text) = (SELECT excluded.kind, excluded.body, excluded.text)
  WHERE m.origin = '{PAST}' AND excluded.origin = '' AND m.direction = 'in'
     OR m.kind = '{PLACEHOLDER}' AND excluded.kind <> '{PLACEHOLDER}'
"""
