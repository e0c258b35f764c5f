"""Tables, and the imperative mapping of the domain classes onto them."""

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from services.catalog.accounts.domain.account import Account, Invitation
from services.catalog.accounts.domain.failed_attempts import FailedAttempts
from services.catalog.accounts.domain.sign_in_grant import SignInGrant
from services.catalog.database import mapper, metadata
from shared.db.types import Json, UtcDateTime

account = Table(
    "account",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("login", String(80), nullable=False, unique=True),
    Column("password_hash", String(200), nullable=True),
    Column("roles", Json, nullable=False),
    Column("township_code", String(12), nullable=True),
    Column("team_code", String(40), nullable=True),
    Column("volunteer_no", String(20), nullable=True, unique=True),
    Column("state", String(10), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("totp_sealed", Text, nullable=True),
    Column("totp_counter", BigInteger, nullable=False),
    Column("recovery_codes_hash", Json, nullable=True),
    Column("name_sealed", Text, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

invitation = Table(
    "invitation",
    metadata,
    Column("account_id", String(36), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("expires_at", UtcDateTime, nullable=False),
)

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("key", String(120), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("blocked_until", UtcDateTime, nullable=True),
    Column("last_at", UtcDateTime, nullable=True, index=True),
)

sign_in_grant = Table(
    "sign_in_grant",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("family", String(36), nullable=False, index=True),
    Column("account_id", String(36), nullable=False, index=True),
    Column("client_id", String(40), nullable=False),
    Column("redirect_uri", String(400), nullable=False),
    Column("challenge", String(60), nullable=False),
    Column("scope", String(400), nullable=False),
    Column("nonce", String(400), nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("used_at", UtcDateTime, nullable=True),
)
"""Authorization codes and refresh tokens, by the SHA-256 of what was given out."""

SEALED = (account.c.totp_sealed, account.c.name_sealed)

mapper.map_imperatively(Account, account, version_id_col=account.c.version)
mapper.map_imperatively(FailedAttempts, sign_in_failure)
mapper.map_imperatively(SignInGrant, sign_in_grant)
mapper.map_imperatively(Invitation, invitation)
