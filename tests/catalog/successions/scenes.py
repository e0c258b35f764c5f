"""The scenes of operations by which one entry takes the place of another."""

from collections.abc import Mapping
from typing import Any

from shared.kernel.access import Scope
from tests.access.scene import NAMES, Kind, PathFill, Place, Scene, fields

UNSEEN = "not-what-is-there"
"""Whoever may merge is told that the entries have changed: everything stays for the other scenes."""


def _into(place: Place, scope: Scope) -> dict[str, Any]:
    return {"into": place["agency"]}


def _merging_team(place: Place, scope: Scope) -> dict[str, Any]:
    values = NAMES | {"agency_code": place["agency"], "members": 9}
    return {"into": place.team, "values": values, "seen": UNSEEN}


SCENES: Mapping[str, Scene] = {
    # On a past day, which is asked about: the township keeps its code for the other scenes.
    "POST /townships/{code}/recode": Scene(
        body=fields(new_code="330381999000", valid_from="2014-01-01")
    ),
    "GET /townships/{code}/joining": Scene(query=lambda p, s: {"into": p.township}),
    "POST /townships/{code}/join": Scene(
        body=lambda p, s: {"into": p.township, "valid_from": "2014-01-01", "seen": UNSEEN}
    ),
    "GET /agencies/{code}/merging": Scene(query=_into),
    "POST /agencies/{code}/merge": Scene(
        body=lambda p, s: _into(p, s) | {"values": NAMES, "seen": UNSEEN}
    ),
    "GET /teams/{code}/merging": Scene(query=lambda p, s: {"into": p.team}),
    "POST /teams/{code}/merge": Scene(body=_merging_team),
    "GET /volunteers/{volunteer_no}/merging": Scene(query=lambda p, s: {"into": p.volunteer}),
    "POST /volunteers/{volunteer_no}/merge": Scene(
        body=lambda p, s: {"into": p.volunteer, "take": [], "seen": UNSEEN}
    ),
    "GET /volunteers/{volunteer_no}/mergers": Scene(Kind.OBJECT),
    "GET /mergers": Scene(query=lambda p, s: {"kind": "team", "into": p.team}),
}
PATHS: Mapping[str, PathFill] = {}
