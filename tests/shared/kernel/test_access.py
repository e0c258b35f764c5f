"""Who may do what: the mechanism, and that nothing is touched before it is asked."""

import pytest

from services.requests.orders.tables import service_order
from shared.db.reach import within
from shared.kernel.access import ANONYMOUS, SYSTEM, Actor, Policy, Role, Scope
from shared.kernel.errors import Forbidden, NotFound, Unauthenticated
from tests.support.rolls import Rolls

GAOLOU, MAYU = "330381113000", "330381106000"
POLICY = Policy(
    {
        "read": {
            Role.COORDINATOR: Scope.ANY,
            Role.OFFICER: Scope.OWN_TOWNSHIP,
            Role.LEADER: Scope.OWN_TEAM,
            Role.VOLUNTEER: Scope.SELF,
        },
        "decide": {Role.COORDINATOR: Scope.ANY},
    },
    public=frozenset({"look"}),
)
OFFICER = Actor("a1", frozenset({Role.OFFICER}), township_code=GAOLOU)


def test_a_role_reaches_what_its_row_says() -> None:
    own = POLICY.grant(OFFICER, "read")
    assert own.covers(township=GAOLOU)
    assert not own.covers(township=MAYU)
    assert not own.covers(township=None)
    assert not own.covers(teams=[GAOLOU], person=GAOLOU), (
        "a township's code opens no team and no person"
    )


def test_somebody_elses_object_is_not_found() -> None:
    with pytest.raises(NotFound) as refused:
        POLICY.grant(OFFICER, "read").require("order", "7", township=MAYU, states=["draft"])
    assert (refused.value.code, refused.value.states) == ("order.not_found", ("draft",))


def test_what_is_made_for_somebody_else_is_refused_by_the_field() -> None:
    with pytest.raises(Forbidden) as refused:
        POLICY.grant(OFFICER, "read").require_for("township_code", township=MAYU)
    assert (refused.value.status, refused.value.field) == (403, "township_code")


def test_without_the_role_there_is_no_grant() -> None:
    with pytest.raises(Forbidden):
        POLICY.grant(OFFICER, "decide")
    with pytest.raises(Forbidden):
        POLICY.grant(Actor("a2"), "read")


def test_nobody_must_sign_in_except_for_what_is_public() -> None:
    with pytest.raises(Unauthenticated):
        POLICY.grant(ANONYMOUS, "read")
    assert POLICY.grant(ANONYMOUS, "look").everything


def test_an_action_without_a_row_is_a_fault_even_for_the_system() -> None:
    for actor in (OFFICER, SYSTEM):
        with pytest.raises(KeyError):
            POLICY.grant(actor, "unheard_of")


def test_roles_add_up() -> None:
    both = Actor(
        "a3", frozenset({Role.OFFICER, Role.LEADER}), township_code=GAOLOU, team_code="health"
    )
    grant = POLICY.grant(both, "read")
    assert grant.covers(township=GAOLOU)
    assert grant.covers(teams=["health", "legal"])
    assert POLICY.grant(Actor("a4", frozenset({Role.OFFICER, Role.COORDINATOR})), "read").everything


def test_a_scope_without_a_value_reaches_nothing() -> None:
    grant = POLICY.grant(Actor("a5", frozenset({Role.OFFICER})), "read")
    assert not grant.covers(township="")
    assert "false" in str(within(grant, township=service_order.c.township_code)).lower()


async def test_nothing_is_touched_before_the_policy_is_asked(rolls: Rolls) -> None:
    acting = rolls.uow.acting(OFFICER)
    with pytest.raises(PermissionError):
        async with acting.reading():
            pass
    with pytest.raises(PermissionError):
        async with acting.transaction():
            pass
    acting.permit(POLICY, "read")
    async with acting.transaction() as tx:
        assert tx.actor is OFFICER
