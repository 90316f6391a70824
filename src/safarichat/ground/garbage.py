"""How often a long-lived process looks for garbage.

Python looks for cycles each time 700 more objects were made than dropped. A process with thousands of calls in the air
does that all the time, over everything it has loaded, and finds next to nothing: a fifth of a sending worker's time.
"""

import gc

EACH = 50_000  # objects more than before; what is no cycle goes at once in any case


def look_seldom() -> None:
    """Once all is loaded: that is never garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(EACH, 20, 50)
