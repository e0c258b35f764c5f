"""What every service is told from outside: environment variables, or files for what is secret."""

import os
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.eventlog.envelope import HeaderStyle

_SECRETS = Path(os.environ.get("DIANCAI_SECRETS_DIR", "/run/secrets"))


def settings_of(prefix: str) -> SettingsConfigDict:
    """The configuration of a settings class whose variables begin with ``prefix``. A file
    ``/run/secrets/<prefix><name>`` does as well, so that no password has to stand in an environment."""
    return SettingsConfigDict(
        env_prefix=prefix.upper(),
        secrets_dir=_SECRETS if _SECRETS.is_dir() else None,
        extra="ignore",
        frozen=True,
    )


class ServiceSettings(BaseSettings):
    """Common to all services; each adds its own and sets its prefix (``CATALOG_`` ...)."""

    name: ClassVar[str]

    database_url: str = Field(
        description="postgresql://user:password@host/name (?sslmode=verify-full, ?pooler=transaction|session behind"
        " PgBouncer), or sqlite:///path"
    )
    broker_url: str = Field(
        default="memory:",
        description="amqps://user:password@host/vhost (amqp:// in clear), or memory:",
    )
    broker_user_pattern: str = Field(
        default="{service}",
        pattern=r"^[^{}]*\{service\}[^{}]*$",
        description="how the services' users on the broker are named; where this service's own user is named otherwise,"
        " all are taken to share it, and who sent a message is not compared with what it claims",
    )
    cloudevents_headers: HeaderStyle = Field(
        default="cloudEvents_",
        description="what the names of an event's headers begin with: cloudEvents_ (binding for AMQP), ce- (binding for"
        " RabbitMQ), or both; services read either",
    )
    redis_url: str = Field(
        default="memory:", description="rediss://host:6379/0 (redis:// in clear), or memory:"
    )
    tls_ca_file: Path | None = Field(
        default=None,
        description="certificate authorities (PEM) of database, broker, cache, mail and identity provider; with it"
        " the database must prove its name. Default: those of this machine",
    )
    host: str = "127.0.0.1"
    port: int = 8000
    partitions: int = Field(
        default=2, ge=1, le=16, description="queues that share this service's events, until resized"
    )
    log_level: str = "INFO"
    oidc_issuer: str = Field(
        default="",
        description="address of the identity provider; without one every token is refused",
    )
    oidc_jwks_url: str = Field(
        default="",
        description="its keys, https:// or file:///; empty: where its discovery document says",
    )
    oidc_audience: str = Field(
        default="diancai", description="what tokens for this system name as their audience"
    )
    oidc_skew_seconds: int = Field(
        default=30, ge=0, le=300, description="how far clocks may differ"
    )
    vault_keys_file: Path | None = Field(
        default=None,
        description="keys that seal personal data; default: vault_keys in the folder of secrets",
    )
    vault_keys_create: bool = Field(
        default=False, description="make that file when there is none; for one process"
    )
    oidc_roles_claim: str = Field(
        default="roles",
        description="where tokens say roles: a claim's name (it may be a URL), or realm_access.roles",
    )
    oidc_token_type: Literal["at+jwt", "jwt"] = Field(
        default="at+jwt",
        description="typ of access tokens (RFC 9068); jwt for a provider whose tokens say JWT or nothing",
    )
    limit_account: int = Field(default=3000, ge=1, description="requests a minute of one account")
    limit_address: int = Field(default=6000, ge=1, description="requests a minute from one address")
    limit_township_writes: int = Field(
        default=600, ge=1, description="changes a minute by one township's accounts"
    )
    limit_stranger: int = Field(
        default=300, ge=1, description="requests a minute from one address without an account"
    )
    limit_streams_account: int = Field(
        default=12,
        ge=1,
        description="streams and waiting requests of one account that a process keeps open at once",
    )
    limit_streams_process: int = Field(
        default=1000,
        ge=1,
        description="the same, of all accounts together",
    )
    max_body_bytes: int = Field(default=1_048_576, ge=1024, description="longest body of a request")
    max_file_bytes: int = Field(
        default=8 * 1_048_576, ge=1024, description="longest file that an operation takes"
    )
    max_seconds: float = Field(
        default=30.0, gt=0, description="longest time until an answer begins"
    )
    trusted_proxies: str = Field(
        default="",
        description="address of the gateway whose forwarding header is believed, e.g. 172.30.99.2; several with"
        " commas, networks as 10.1.2.0/29; nobody else's is believed",
    )
    forwarding_header: Literal["x-forwarded-for", "forwarded"] = Field(
        default="x-forwarded-for",
        description="the one header in which that gateway says where a request comes from",
    )
