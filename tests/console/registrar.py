"""A pretend provider that verifies and registers numbers, and can't do a thing besides."""

from collections.abc import Callable, Mapping

from safarichat import providers
from safarichat.providers.shapes import (
    JSON,
    Abilities,
    Act,
    Deed,
    Done,
    Later,
    Number,
    Platform,
    Problem,
    Refused,
    Talk,
)

CODE, PIN = "123456", "246810"
CODE_WRONG = Problem(key="code_wrong", message="The code is not right.", cure="Type the newest.", fault="business")
PIN_MISMATCH = Problem(
    key="pin_mismatch", code=133005, message="Another PIN is set.", cure="Give it.", fault="business"
)
TOO_MANY = Problem(key="code_request_refused", code=136024, message="Too many codes.", cure="Wait.", fault="business")
ADDRESS = "It is changed in the provider's console."


class Registrar:
    """What it was asked stands in `asked`; `answer` is given instead of its own when it is set."""

    def __init__(self) -> None:
        self.name = "registrar"
        self.facts = providers.get("meta").facts
        self.abilities = Abilities(
            kinds=frozenset(), lacks={"rename": ADDRESS, "refresh": "Its tokens do not end."}, profile_fields=("about",)
        )
        self.operator_hook = ""
        self.asked: list[tuple[str, Mapping[str, JSON]]] = []
        self.answer: Deed | None = None
        self.pin = ""
        acts: dict[str, Callable[[Mapping[str, JSON]], Deed]] = {
            "request_code": lambda given: Done(),
            "verify_code": lambda given: Done() if given["code"] == CODE else Refused(CODE_WRONG),
            "register": self._register,
            "deregister": lambda given: Done(facts={"is_registered": False}),
            "set_pin": self._set_pin,
            "write_photo": lambda given: Done(),
        }
        self.deeds: dict[str, Act] = {name: self._act(name, act) for name, act in acts.items()}

    def _act(self, name: str, act: Callable[[Mapping[str, JSON]], Deed]) -> Act:
        def talk(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
            yield from ()
            self.asked.append((name, given))
            return self.answer or act(given)

        return talk

    def _register(self, given: Mapping[str, JSON]) -> Deed:
        if self.pin and given["pin"] != self.pin:
            return Refused(PIN_MISMATCH)
        return self._set_pin(given)

    def _set_pin(self, given: Mapping[str, JSON]) -> Deed:
        self.pin = str(given["pin"])
        return Done(secrets={"pin": self.pin})


def too_many(after_s: float) -> Later:
    return Later(TOO_MANY, "throttled", after_s)
