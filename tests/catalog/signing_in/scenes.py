"""The scenes of the identity provider."""

from collections.abc import Mapping

from tests.access.scene import PathFill, Scene, fields

CLIENT = {
    "client_id": "diancai-cli",
    "redirect_uri": "http://127.0.0.1:9/",
    "code_challenge": "a" * 43,
}
ASKED = CLIENT | {"response_type": "code", "code_challenge_method": "S256"}
SCENES: Mapping[str, Scene] = {
    "GET /.well-known/openid-configuration": Scene(),
    "GET /oidc/jwks": Scene(),
    "GET /oidc/authorize": Scene(query=fields(**ASKED)),
    "POST /oidc/authorize": Scene(form=fields(**ASKED, login="x")),
    "GET /oidc/userinfo": Scene(),
    "POST /oidc/userinfo": Scene(),
    "GET /oidc/end-session": Scene(),
    "POST /oidc/end-session": Scene(form=fields(state="x")),
    "POST /oidc/token": Scene(form=fields(grant_type="refresh_token", refresh_token="x")),
    "POST /oidc/revoke": Scene(form=fields(token="x")),
    "GET /invitations/{token}": Scene(),
    "POST /invitations/{token}": Scene(form=fields(password="x", password_again="x")),
}
PATHS: Mapping[str, PathFill] = {"token": lambda p, s: "nobodys-invitation"}
