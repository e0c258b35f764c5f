"""What the identity provider offers, and the keys that its tokens are checked with (OpenID Connect Discovery 1.0)."""

from fastapi import APIRouter

from services.catalog.signing_in.routes.own_provider import OwnProvider
from shared.http.inputs import AppState
from shared.http.openapi import ignoring_unknown, public

router = APIRouter(tags=["identity"])


@router.get(
    "/.well-known/openid-configuration",
    summary="Discovery",
    **ignoring_unknown(public("read_keys", 404)),
)
async def discover(provider: OwnProvider) -> dict[str, str | bool | list[str]]:
    issuer = provider.issuer
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oidc/authorize",
        "token_endpoint": f"{issuer}/oidc/token",
        "userinfo_endpoint": f"{issuer}/oidc/userinfo",
        "revocation_endpoint": f"{issuer}/oidc/revoke",
        "end_session_endpoint": f"{issuer}/oidc/end-session",
        "jwks_uri": f"{issuer}/oidc/jwks",
        "scopes_supported": ["openid"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "claims_supported": [
            "sub",
            "sid",
            "auth_time",
            "nonce",
            "roles",
            "township_code",
            "team_code",
            "volunteer_no",
        ],
        "ui_locales_supported": ["zh-CN", "en"],
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }


@router.get(
    "/oidc/jwks",
    summary="The keys that tokens are checked with",
    **ignoring_unknown(public("read_keys", 404)),
)
async def list_keys(provider: OwnProvider, state: AppState) -> dict[str, object]:
    keys: dict[str, object] = state.signing_keys.public()
    return keys
