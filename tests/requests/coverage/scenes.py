"""The scenes of the operations on the coverage ledger."""

from collections.abc import Mapping

from tests.access.scene import Scene

SCENES: Mapping[str, Scene] = {"GET /coverage": Scene(), "GET /coverage.xlsx": Scene()}
