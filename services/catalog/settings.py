"""What catalog is told from outside; see shared.settings for what all services are told."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from shared.settings import ServiceSettings, settings_of


class CatalogSettings(ServiceSettings):
    name: ClassVar[str] = "catalog"
    model_config = settings_of("catalog_")

    signing_keys_file: Path | None = Field(
        default=None,
        description="private JWK Set that signs tokens; without one the city's own provider is used",
    )
    signing_keys_create: bool = Field(
        default=False, description="make that file when there is none; for one process"
    )
    badge_keys_file: Path | None = Field(
        default=None,
        description="private JWK Set that signs badges; without one no badges are issued. A key is kept 91 days after"
        " it signed its last badge",
    )
    badge_keys_create: bool = Field(
        default=False, description="make that file when there is none; for one process"
    )
    files_url: str = Field(
        default=Path("files").absolute().as_uri(),
        description="where pictures of items are kept: file:///folder, which all processes of this service share, or"
        " s3+https://KEY:SECRET@host/bucket?region=… (s3+http:// in clear)",
    )
    records_kept_years: int = Field(
        default=10,
        ge=10,
        description="how long records of service and certificates are kept (GB/T 40143-2021, 5.2.2)",
    )
    public_url: str = Field(
        default="",
        description="address of the residents' pages, an origin of their own, e.g. https://fuwu.example.gov.cn;"
        " the codes of certificates lead there",
    )
    web_redirect_uri: str = Field(
        default="",
        description="where the console takes its sign-in; default: the address of the issuer",
    )
    sign_in_idle_minutes: int = Field(
        default=240,
        ge=5,
        le=10_080,
        description="a sign-in ends when it was not renewed for so long",
    )
    sign_in_hours: int = Field(
        default=12,
        ge=1,
        le=168,
        description="a sign-in ends after so long, however often it is renewed",
    )
    first_login: str = Field(
        default="", description="login name of a first account: coordinator and operator"
    )
    first_password: str = Field(
        default="", description="its password; give it as a file of secrets"
    )
    first_totp: str = Field(
        default="", description="its one-time code secret, base32; give it as a file of secrets"
    )
