"""The scenes of the operations on one's own account."""

from collections.abc import Mapping

from tests.access.scene import Scene, fields

SCENES: Mapping[str, Scene] = {
    "GET /accounts/self": Scene(absent=True),
    "POST /accounts/self/name": Scene(body=fields(name="李主任"), absent=True),
    "POST /accounts/self/password": Scene(body=fields(old_password="x", new_password="y" * 3)),
    "POST /accounts/self/second-factor/offer": Scene(absent=True),
    "POST /accounts/self/second-factor": Scene(
        body=fields(offered="x", new_code="000000", password="x")
    ),
    "POST /accounts/self/recovery-codes": Scene(body=fields(password="x")),
}
