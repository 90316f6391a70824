"""Somebody in front of the pages behind a partner's connect button."""

import time

from safarichat.numbers.demo import _sign_in
from tests.fixtures import Sandbox

KNOWN_TO_BOTH = {
    "D360_PARTNER_ID": "abcdePA",
    "D360_PARTNER_API_KEY": "key-of-the-partner",
    "D360_PLATFORM_SECRET": "secret-of-the-platform",
}


def sign_up(sandbox: Sandbox, url: str) -> dict[str, str]:
    """Press through the partner's pages, and wait until the channel made there is in use; what came back."""
    came_back = _sign_in(url, sandbox.url)
    wanted = came_back["channels"].strip("[]").split(",")
    path = f"/360dialog/hub-api/api/v2/partners/{KNOWN_TO_BOTH['D360_PARTNER_ID']}/channels"
    headers = {"x-api-key": KNOWN_TO_BOTH["D360_PARTNER_API_KEY"]}
    until = time.monotonic() + 15
    while time.monotonic() < until:
        channels = sandbox.get(path, headers=headers)["partner_channels"]
        if all(each["status"] in ("running", "live") for each in channels if each["id"] in wanted):
            return came_back
        time.sleep(0.05)
    raise AssertionError(f"the channels {wanted} are not in use")
