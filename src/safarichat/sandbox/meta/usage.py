"""Call counts: the usage headers, and the refusal when an hour's worth is used up (reference §8)."""

import json
import time

from safarichat.sandbox.meta.errors import GraphError
from safarichat.sandbox.world import World

PER_HOUR, PER_HOUR_WITH_NUMBER = 200, 5000


class Usage:
    def __init__(self, world: World) -> None:
        self.world = world
        self.hour = 0
        self.calls: dict[str, int] = {}
        self.shown: dict[str, str] = {}

    def count(self, waba_id: str) -> None:
        """One management call on a WABA."""
        hour = int(time.time() // 3600)
        if hour != self.hour:
            self.hour, self.calls = hour, {}
        self.calls[waba_id] = used = self.calls.get(waba_id, 0) + 1
        registered = any(number.registered for number in self.world.waba_numbers(waba_id))
        limit = PER_HOUR_WITH_NUMBER if registered else PER_HOUR
        self.shown = _headers(waba_id, min(100, used * 100 // limit))
        if used > limit and self.world.settings.rates:
            raise GraphError(80007)

    def headers(self) -> dict[str, str]:
        return self.shown or {"x-app-usage": '{"call_count":0,"total_cputime":0,"total_time":0}'}


def _headers(waba_id: str, percent: int) -> dict[str, str]:
    usage = {"call_count": percent, "total_cputime": 1, "total_time": 1}
    business = {"type": "whatsapp_business_management", **usage, "estimated_time_to_regain_access": 0}
    return {"x-app-usage": json.dumps(usage), "x-business-use-case-usage": json.dumps({waba_id: [business]})}
