"""Puts catalog together; the only place that does."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urljoin

from services.catalog.adapters.passwords import Passwords
from services.catalog.adapters.signing import SigningKeys
from services.catalog.api import accounts, identity, invitations, people, tokens
from services.catalog.api.routes import router
from services.catalog.application.accounts import ensure_account
from services.catalog.application.campaigns import ensure_standing_campaigns
from services.catalog.application.policy import POLICY
from services.catalog.application.provider import PasswordHashes, Provider
from services.catalog.consumers import SUBSCRIPTIONS
from services.catalog.domain.sign_in import QUIET
from services.catalog.settings import CatalogSettings
from services.catalog.store import tables
from shared.cache.port import Cache
from shared.kernel.access import Role
from shared.kernel.clock import Clock
from shared.messaging.broker import Broker
from shared.privacy.retention import EXPIRED_PARTS, Prune, older_than
from shared.privacy.tables import person_part
from shared.service import Service


def build(
    settings: CatalogSettings, *, broker: Broker, cache: Cache, clock: Clock, passwords: PasswordHashes | None = None
) -> Service:
    passwords = passwords or Passwords()
    longest = timedelta(hours=settings.sign_in_hours)
    service = Service.assemble(
        settings,
        package=Path(__file__).parent,
        title="Diancai catalog",
        broker=broker,
        cache=cache,
        clock=clock,
        subscriptions=SUBSCRIPTIONS,
        routers=[
            router,
            identity.router,
            tokens.router,
            accounts.router,
            invitations.router,
            people.router,
        ],
        policy=POLICY,
        sealed=[*tables.SEALED, person_part.c.data_sealed],
        prunes=[EXPIRED_PARTS, *sign_in_prunes(longest)],
    )
    service.after_migration.append(partial(ensure_standing_campaigns, service.uow))
    service.api.state.provider = service.api.state.signing_keys = None
    if settings.signing_keys_file is not None:
        keys = SigningKeys(settings.signing_keys_file, clock, create=settings.signing_keys_create)
        service.api.state.signing_keys = keys
        service.api.state.provider = Provider(
            issuer=settings.oidc_issuer,
            audience=settings.oidc_audience,
            signer=keys,
            passwords=passwords,
            web_redirect_uri=settings.web_redirect_uri or urljoin(settings.oidc_issuer, "/"),
            devices=service.api.state.links,
            idle=timedelta(minutes=settings.sign_in_idle_minutes),
            longest=longest,
        )
    if settings.first_login and settings.first_password:
        service.after_migration.append(
            partial(
                ensure_account,
                service.uow,
                passwords,
                login=settings.first_login,
                password=settings.first_password,
                totp_secret=settings.first_totp or None,
                roles=[Role.COORDINATOR, Role.OPERATOR],
                scope={},
            )
        )
    return service


def sign_in_prunes(longest: timedelta) -> list[Prune]:
    """What of signing in is deleted once it is over. A used code stays as long as its sign-in may last (``longest``),
    so that its coming again is noticed."""
    return [
        older_than(tables.sign_in_failure.c.last_at, 2 * QUIET),
        older_than(tables.sign_in_grant.c.expires_at, longest),
    ]
