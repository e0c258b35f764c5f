"""Puts catalog together; the only place that does."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urljoin

from services.catalog.account_administration.routes import router as account_administration
from services.catalog.account_administration.use_cases import ensure_account
from services.catalog.accounts.adapters.passwords import Passwords
from services.catalog.accounts.jobs import sign_in_prunes
from services.catalog.accounts.tables import SEALED as SEALED_OF_ACCOUNTS
from services.catalog.accounts.use_cases.coordinators import announce_coordinators
from services.catalog.accounts.use_cases.failed_attempts import PasswordHashes
from services.catalog.activities.jobs import activities_day
from services.catalog.activities.routes.activities import router as activities
from services.catalog.activities.routes.participants import router as participants
from services.catalog.activities.routes.photos import router as activity_photos
from services.catalog.activities.routes.public import router as public_activities
from services.catalog.activities.use_cases.persons import PARTICIPATION
from services.catalog.badges.jobs import ending_badges
from services.catalog.badges.routes.badges import router as badges
from services.catalog.badges.routes.public import router as public_badges
from services.catalog.badges.use_cases.issuing import BADGES
from services.catalog.campaigns.routes import router as campaigns
from services.catalog.campaigns.use_cases import ensure_standing_campaigns
from services.catalog.comparison.routes import router as comparison
from services.catalog.consultation.routes.consultations import router as consultation
from services.catalog.consultation.routes.public import router as public_consultation
from services.catalog.consumers import SUBSCRIPTIONS
from services.catalog.contacts.jobs import ending_contacts
from services.catalog.contacts.routes import router as contacts
from services.catalog.contacts.tables import SEALED as SEALED_OF_CONTACTS
from services.catalog.courses.jobs import closing_enrolment, tidying_materials, watching_tests
from services.catalog.courses.routes.courses import router as courses
from services.catalog.courses.routes.enrolments import router as enrolments
from services.catalog.courses.routes.public import router as public_course_certificates
from services.catalog.courses.routes.sittings import router as sittings
from services.catalog.courses.routes.trainings import router as trainings
from services.catalog.courses.use_cases.persons import TRAININGS
from services.catalog.directory.routes import router as directory
from services.catalog.doubles.routes import router as doubles
from services.catalog.editions.routes import router as editions
from services.catalog.honours.jobs import ending_honours
from services.catalog.honours.routes import public_page as public_honours
from services.catalog.honours.routes import router as honours
from services.catalog.honours.use_cases.awarding import HONOURS
from services.catalog.imports.jobs import importing
from services.catalog.imports.routes import router as imports
from services.catalog.imports.tables import OLD_IMPORTS
from services.catalog.imports.tables import SEALED as SEALED_OF_IMPORTS
from services.catalog.items.routes import router as items
from services.catalog.open_menu.routes.open_data import router as open_data
from services.catalog.open_menu.routes.paper import router as paper
from services.catalog.own_account.routes import router as own_account
from services.catalog.pictures.jobs import tidying
from services.catalog.pictures.routes import router as pictures
from services.catalog.policy import POLICY
from services.catalog.programmes.jobs import stage_notices
from services.catalog.programmes.jobs import tidying as tidying_evidence
from services.catalog.programmes.routes import router as programmes
from services.catalog.publication.jobs import retirement
from services.catalog.publication.routes import router as publication
from services.catalog.records.routes.certificates import router as records
from services.catalog.records.routes.public import router as public_records
from services.catalog.records.routes.stop_papers import router as stop_papers
from services.catalog.records.use_cases.certificates import CERTIFICATES, old_records
from services.catalog.records.use_cases.copies import old_booths
from services.catalog.settings import CatalogSettings
from services.catalog.signing_in.routes.authorization import router as authorization
from services.catalog.signing_in.routes.demonstration import router as demonstration_sign_in
from services.catalog.signing_in.routes.discovery import router as discovery
from services.catalog.signing_in.routes.invitations import router as invitations
from services.catalog.signing_in.routes.tokens import router as tokens
from services.catalog.signing_in.use_cases.provider import Provider
from services.catalog.successions.jobs import handing_over
from services.catalog.successions.routes import router as successions
from services.catalog.survey.jobs import survey_notices
from services.catalog.survey.routes import router as survey
from services.catalog.tasks.queries import SHARED_KINDS
from services.catalog.tasks.routes import router as tasks
from services.catalog.volunteers.jobs import volunteers_day
from services.catalog.volunteers.routes import known as known_qualifications
from services.catalog.volunteers.routes import router as volunteers
from services.catalog.volunteers.tables import SEALED as SEALED_OF_VOLUNTEERS
from services.catalog.volunteers.use_cases.entries import index_volunteers
from services.catalog.windows.routes import router as windows
from services.catalog.windows.use_cases.holding import HOLDINGS
from services.catalog.wishes.routes import router as wishes
from shared.cache.port import Cache
from shared.contracts.catalog import TaskHolderChanged
from shared.http.tasks import tasks_router
from shared.identity.signing_keys import SigningKeys
from shared.kernel.access import Role
from shared.kernel.clock import Clock, utc_now
from shared.messaging.broker import Broker
from shared.privacy.retention import EXPIRED_PARTS
from shared.privacy.tables import person_part
from shared.service import Service
from shared.storage.opening import open_files
from shared.tasks.retention import EndedTasks


def build(
    settings: CatalogSettings,
    *,
    broker: Broker,
    cache: Cache,
    clock: Clock,
    passwords: PasswordHashes | None = None,
    demonstration: Mapping[str, str] | None = None,
    also_at: Sequence[str] = (),
    residents_page: str = "",
) -> Service:
    """Returns catalog, ready to be run.

    It brings its own identity provider only where the settings name a file of signing keys.
    ``demonstration`` names the accounts, by role, that whoever sits at this machine may sign in to without a
    password. It is no setting, so that no deployment can turn it on.
    ``also_at`` are further origins at which browsers reach this system.
    ``residents_page`` is the page for those who need no account, to which the sign-in page links.
    """
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
            directory,
            contacts,
            successions,
            doubles,
            items,
            imports,
            campaigns,
            editions,
            survey,
            wishes,
            consultation,
            public_consultation,
            windows,
            programmes,
            badges,
            public_badges,
            honours,
            public_honours,
            courses,
            enrolments,
            sittings,
            trainings,
            public_course_certificates,
            publication,
            tasks,
            pictures,
            open_data,
            paper,
            tasks_router,
            discovery,
            authorization,
            *([demonstration_sign_in] if demonstration else []),
            tokens,
            own_account,
            account_administration,
            invitations,
            volunteers,
            known_qualifications,
            records,
            public_records,
            stop_papers,
            comparison,
            activities,
            participants,
            activity_photos,
            public_activities,
        ],
        policy=POLICY,
        sealed=[
            *SEALED_OF_ACCOUNTS,
            *SEALED_OF_CONTACTS,
            *SEALED_OF_IMPORTS,
            *SEALED_OF_VOLUNTEERS,
            person_part.c.data_sealed,
        ],
        prunes=[
            EXPIRED_PARTS,
            EndedTasks(SHARED_KINDS, clock),
            *OLD_IMPORTS,
            *sign_in_prunes(longest),
            *old_records(settings.records_kept_years, clock),
            old_booths(clock),
        ],
    )
    service.api.state.held = [
        *(CERTIFICATES, TRAININGS, BADGES, HONOURS, HOLDINGS, PARTICIPATION),
    ]
    service.api.state.public_url = settings.public_url.rstrip("/")
    service.api.state.badge_keys = None
    if settings.badge_keys_file is not None:
        service.api.state.badge_keys = SigningKeys(
            settings.badge_keys_file, utc_now, create=settings.badge_keys_create
        )
    service.api.state.shared_kinds = SHARED_KINDS
    service.api.state.task_holder_changed = TaskHolderChanged
    files = open_files(settings.files_url, ca_file=settings.tls_ca_file)
    service.api.state.files = files
    service.after_migration.append(partial(ensure_standing_campaigns, service.uow))
    service.after_migration.append(partial(announce_coordinators, service.uow))
    service.after_migration.append(partial(index_volunteers, service.uow))
    service.jobs += [
        retirement(service.uow),
        survey_notices(service.uow),
        handing_over(service.uow),
        ending_contacts(service.uow),
        volunteers_day(service.uow),
        watching_tests(service.uow),
        closing_enrolment(service.uow),
        tidying_materials(service.uow, files),
        tidying(service.uow, files),
        activities_day(service.uow, files),
        tidying_evidence(service.uow, files),
        stage_notices(service.uow),
        ending_badges(service.uow),
        ending_honours(service.uow),
        importing(service.uow, cache, service.texts),
    ]
    if settings.first_login and settings.first_password:
        service.after_migration.append(_first_account(service, settings, passwords))
    _add_provider(service, settings, clock, passwords, demonstration or {}, also_at, residents_page)
    return service


def _first_account(
    service: Service, settings: CatalogSettings, passwords: PasswordHashes
) -> Callable[[], Awaitable[None]]:
    return partial(
        ensure_account,
        service.uow,
        passwords,
        login=settings.first_login,
        password=settings.first_password,
        totp_secret=settings.first_totp or None,
        roles=[Role.COORDINATOR, Role.OPERATOR],
        scope={},
    )


def _add_provider(
    service: Service,
    settings: CatalogSettings,
    clock: Clock,
    passwords: PasswordHashes,
    demonstration: Mapping[str, str],
    also_at: Sequence[str],
    residents_page: str,
) -> None:
    service.api.state.provider = service.api.state.signing_keys = None
    if settings.signing_keys_file is None:
        return
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
        longest=timedelta(hours=settings.sign_in_hours),
        demonstration=demonstration,
        also_at=tuple(also_at),
        residents_page=residents_page,
    )
