"""A call of a program that is passed on to the provider as it is."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from safarichat.ground.talks import JSON


class Passed(Struct, frozen=True, kw_only=True):
    """`of` says what it is about: the number, its business account, or the template `object_id`; `edge` what stands
    behind that in the path."""

    of: Literal["number", "account", "template"]
    method: str
    edge: str = ""
    object_id: str = ""
    query: Mapping[str, str] = {}
    json: JSON = None
