"""Who acts, and what they may do. The tables are in each service's ``policy.py``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from shared.kernel.errors import Forbidden, NotFound, Unauthenticated


class Role(StrEnum):
    """The roles of accounts. Residents have no account; they come with signed links."""

    COORDINATOR = "coordinator"
    LEADER = "team_leader"
    VOLUNTEER = "volunteer"
    OFFICER = "township_officer"
    CLERK = "clerk"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    SUBSCRIBER = "subscriber"


class Scope(StrEnum):
    """How far a role's permission reaches."""

    ANY = "any"
    OWN_TOWNSHIP = "own township"
    OWN_TEAM = "own team"
    SELF = "self"


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller. ``subject`` is the pseudonymous id of an account, ``address`` where the request
    came from.
    """

    subject: str
    roles: frozenset[Role] = frozenset()
    township_code: str | None = None
    team_code: str | None = None
    volunteer_no: str | None = None
    address: str = ""
    is_system: bool = False

    @property
    def is_anonymous(self) -> bool:
        return not self.subject


ANONYMOUS = Actor("")
SYSTEM = Actor("system", is_system=True)
"""The service itself: its consumers and jobs do what was decided before."""


@dataclass(frozen=True, slots=True)
class Grant:
    """An action that an actor may do, on everything or only on what belongs to the listed owners. ``subject`` is the
    actor's own account."""

    action: str
    everything: bool
    townships: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    subject: str = ""

    def covers(
        self, *, township: str | None = None, teams: Iterable[str] = (), person: str | None = None
    ) -> bool:
        """Returns whether the grant covers an object with these owners."""
        return (
            self.everything
            or township in self.townships
            or person in self.persons
            or not self.teams.isdisjoint(teams)
        )

    def require(
        self,
        kind: str,
        key: str,
        *,
        township: str | None = None,
        teams: Iterable[str] = (),
        person: str | None = None,
        states: Iterable[str] = (),
    ) -> None:
        """Checks that the grant covers an object.

        :raises NotFound: the object belongs to someone else; the answer is the same as if there
        were none.
        """
        if not self.covers(township=township, teams=teams, person=person):
            raise NotFound(kind, key, states=states)

    def require_for(
        self,
        field_name: str,
        *,
        township: str | None = None,
        teams: Iterable[str] = (),
        person: str | None = None,
    ) -> None:
        """Checks on whose behalf a new object is created.

        :raises Forbidden: not on the actor's own; names the field.
        """
        if not self.covers(township=township, teams=teams, person=person):
            raise Forbidden(self.action, field=field_name)


Rules = dict[Role, Scope]


@dataclass(frozen=True, slots=True)
class Policy:
    """A service's table: action x role -> scope. What is not in it is not allowed."""

    table: Mapping[str, Rules]
    public: frozenset[str] = field(default_factory=frozenset)
    """Actions that need no account."""

    def grant(self, actor: Actor, action: str) -> Grant:
        """Returns what the actor may do.

        :raises Unauthenticated: nobody has signed in.
        :raises Forbidden: no role of the actor has the action.
        :raises KeyError: the table has no such action.
        """
        rules = {} if action in self.public else self.table[action]
        if actor.is_system or action in self.public:
            return Grant(action, everything=True)
        if actor.is_anonymous:
            raise Unauthenticated()
        scopes = {rules[role] for role in actor.roles if role in rules}
        if not scopes:
            raise Forbidden(action)

        def own(scope: Scope, value: str | None) -> frozenset[str]:
            return frozenset({value}) if scope in scopes and value else frozenset()

        return Grant(
            action,
            everything=Scope.ANY in scopes,
            townships=own(Scope.OWN_TOWNSHIP, actor.township_code),
            teams=own(Scope.OWN_TEAM, actor.team_code),
            persons=own(Scope.SELF, actor.volunteer_no),
            subject=actor.subject,
        )


def everyone_with_an_account() -> Rules:
    return dict.fromkeys(Role, Scope.ANY)


OPERATIONS: Mapping[str, Rules] = {
    # Not for subscribers: a log says everything to everybody. Theirs is notify's archive, by grant.
    "read_events": {Role.OPERATOR: Scope.ANY, Role.AUDITOR: Scope.ANY},
    "count_events": {
        Role.OPERATOR: Scope.ANY,
        Role.AUDITOR: Scope.ANY,
        Role.COORDINATOR: Scope.ANY,
    },
    "replay_events": {Role.OPERATOR: Scope.ANY},
    "read_parked": {Role.OPERATOR: Scope.ANY, Role.AUDITOR: Scope.ANY},
    "redrive_parked": {Role.OPERATOR: Scope.ANY},
    "discard_parked": {Role.OPERATOR: Scope.ANY},
    "read_queues": {Role.OPERATOR: Scope.ANY, Role.AUDITOR: Scope.ANY},
    "resize_queues": {Role.OPERATOR: Scope.ANY},
    "read_person_export": {Role.COORDINATOR: Scope.ANY, Role.VOLUNTEER: Scope.SELF},
    "read_audit": {Role.AUDITOR: Scope.ANY, Role.OPERATOR: Scope.ANY},
}
"""The rows that every service's table has, for the routes of shared.http.operations."""
