"""What a code of Twilio's is called by Meta's Cloud API, for programs that speak its words (reference §18).

Twilio publishes no such table; where one of its codes covers several of Meta's, the most frequent of them stands here.
"""

from collections.abc import Mapping

GRAPH_CODES: Mapping[int, int] = {
    20003: 190, 20005: 131031, 20404: 100, 20429: 80007, 20500: 131000, 20503: 131016,
    21211: 131009, 21610: 131050, 21617: 100, 21620: 131053, 21655: 132001, 21656: 132000,
    30002: 131031, 63001: 190, 63003: 131026, 63005: 131051, 63009: 131016, 63010: 131000, 63012: 131000,
    63013: 368, 63014: 131050, 63015: 131030, 63016: 131047, 63017: 80007, 63018: 130429, 63019: 131053,
    63020: 131042, 63021: 131009, 63024: 131026, 63027: 132001, 63028: 132000, 63029: 131053, 63032: 130472,
    63034: 131053, 63041: 132015, 63049: 131049,
}  # fmt: skip
OTHERWISE = 131000  # “Something went wrong”


def graph_code(code: int | None) -> int:
    return GRAPH_CODES.get(code or 0, OTHERWISE)
