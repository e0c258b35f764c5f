"""An account is part of a person and of a team: it moves, leaves, is exported and is erased with them."""

from sqlalchemy import select

from services.catalog.accounts.tables import account as account_table
from services.catalog.accounts.tables import sign_in_grant
from shared.audit.tables import audit_log
from shared.kernel.access import Role
from tests.catalog.administering import (
    ACCOUNTS,
    CHOSEN,
    PHONE,
    accept,
    ask,
    coordinator,
    ensure,
    path_of,
    volunteer_of,
)
from tests.catalog.city import GAOLOU, City, claims
from tests.support.house import OVERWRITING


async def test_an_account_moves_with_its_volunteer(city: City) -> None:
    no = await volunteer_of(city)
    await ensure(city, PHONE, Role.VOLUNTEER, Role.LEADER, volunteer_no=no, team_code="health")
    old = (await city.tokens(login=PHONE))["access_token"]
    city.clock.move(seconds=60)
    moved = await city.house.client.put(
        f"/api/catalog/volunteers/{no}",
        json={"team_code": "legal"},
        headers=OVERWRITING | await coordinator(city),
    )
    assert moved.status_code == 200, moved.text
    assert await city.read(old) == 401
    city.clock.move(seconds=1)
    said = claims((await city.tokens(login=PHONE))["access_token"])
    assert (said["team_code"], said["roles"]) == ("legal", ["volunteer"]), (
        "and leads no team any more"
    )


async def test_whoever_leaves_signs_in_no_more(city: City) -> None:
    no, headers = await volunteer_of(city), OVERWRITING | await coordinator(city)
    account = await ensure(city, PHONE, Role.VOLUNTEER, volunteer_no=no)
    tokens = await city.tokens(login=PHONE)
    city.clock.move(seconds=60)
    entry = f"/api/catalog/volunteers/{no}"
    assert (
        await city.house.client.put(entry, json={"active": False}, headers=headers)
    ).status_code == 200
    assert await city.read(tokens["access_token"]) == 401
    assert (await city.refresh(tokens["refresh_token"])).status_code == 400
    assert (await city.sign_in(login=PHONE)).status_code == 422
    refused = await ask(city, f"/{account}/enable", headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "volunteer_gone")
    another = await ask(city, "", headers, login="又一个", roles=["volunteer"], volunteer_no=no)
    assert another.json()["code"] == "volunteer_gone"
    assert (
        await city.house.client.put(entry, json={"active": True}, headers=headers)
    ).status_code == 200
    assert (await city.sign_in(login=PHONE)).status_code == 422, "until somebody opens it again"
    assert (await ask(city, f"/{account}/enable", headers)).json()["state"] == "active"


async def test_an_export_holds_the_account_and_erasure_leaves_nothing_of_it(city: City) -> None:
    no, headers = await volunteer_of(city), await coordinator(city)
    made = await ask(city, "", headers, login=PHONE, roles=["volunteer"], volunteer_no=no)
    assert (await accept(city, path_of(made))).status_code == 200
    tokens = await city.tokens(login=PHONE, password=CHOSEN)
    entry = f"/api/catalog/volunteers/{no}"
    assert (await city.house.client.post(f"{entry}/export", headers=headers)).status_code == 202
    part = (await city.house.client.get(f"/api/catalog/people/{no}/export", headers=headers)).json()
    kinds = {record["kind"]: record for record in part["records"]}
    assert (kinds["account"]["login"], kinds["account"]["roles"]) == (PHONE, ["volunteer"])
    assert kinds["account"]["made_at"]
    assert "sign_in" in kinds
    city.clock.move(seconds=60)
    headers = await coordinator(city)
    erased = await city.house.client.post(
        f"{entry}/erase", json={"reason": "本人书面要求"}, headers=headers
    )
    assert erased.status_code == 202, erased.text
    assert await city.read(tokens["access_token"]) == 401
    assert (await city.sign_in(login=PHONE)).status_code == 422
    assert PHONE not in (await city.house.client.get(ACCOUNTS, headers=headers)).text
    subject = claims(tokens["access_token"])["sub"]
    async with city.house.uow("catalog").reading() as session:
        assert (
            await session.scalar(select(account_table.c.id).where(account_table.c.id == subject))
            is None
        )
        assert not list(
            await session.scalars(
                select(sign_in_grant.c.hash).where(sign_in_grant.c.account_id == subject)
            )
        )
        logged = "".join(await session.scalars(select(audit_log.c.changes)))
    assert "account" in logged
    assert PHONE not in logged, "what is in the chain can't be erased"
    again = await ask(city, "", headers, login=PHONE, roles=["volunteer"], volunteer_no=no)
    assert again.json()["code"] == "volunteer_gone"


async def test_nobody_leads_a_team_that_has_left_until_somebody_opens_the_account_again(
    city: City,
) -> None:
    no, headers = await volunteer_of(city), await coordinator(city)
    both = await ensure(
        city, PHONE, Role.VOLUNTEER, Role.LEADER, volunteer_no=no, team_code="health"
    )
    only = await ensure(city, "卫生队长", Role.LEADER, team_code="health")
    other = await ensure(city, "律师队长", Role.LEADER, team_code="legal")
    tokens = (await city.tokens(login="卫生队长"))["access_token"]
    city.clock.move(seconds=60)
    retired = await city.house.client.post("/api/catalog/teams/health/retire", headers=headers)
    assert retired.status_code == 200, retired.text
    listed = (await city.house.client.get(ACCOUNTS, headers=headers)).json()["items"]
    states = {account["id"]: (account["state"], account["roles"]) for account in listed}
    assert states[both] == ("active", ["volunteer"]), "who serves, serves on"
    assert states[only] == ("disabled", ["team_leader"])
    assert states[other] == ("active", ["team_leader"])
    assert await city.read(tokens) == 401
    refused = await ask(city, f"/{only}/enable", headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "team_retired")
    back = await city.house.client.post("/api/catalog/teams/health/reinstate", headers=headers)
    assert back.status_code == 200, back.text
    assert (await city.sign_in(login="卫生队长")).status_code == 422, (
        "until somebody opens it again"
    )
    assert (await ask(city, f"/{only}/enable", headers)).json()["state"] == "active"


async def test_a_closed_account_is_deleted_with_its_login_name(city: City) -> None:
    account = await ensure(city, PHONE, Role.OFFICER, township_code=GAOLOU)
    tokens = await city.tokens(login=PHONE)
    city.clock.move(seconds=60)
    headers = await coordinator(city)
    early = await ask(city, f"/{account}/erase", headers)
    assert (early.status_code, early.json()["code"]) == (409, "illegal_transition")
    assert (await ask(city, f"/{account}/disable", headers)).status_code == 200
    assert (await ask(city, f"/{account}/erase", headers)).status_code == 200
    assert await city.read(tokens["access_token"]) == 401
    assert PHONE not in (await city.house.client.get(ACCOUNTS, headers=headers)).text
    async with city.house.uow("catalog").reading() as session:
        kept = select(sign_in_grant.c.hash).where(sign_in_grant.c.account_id == account)
        assert not list(await session.scalars(kept))
        assert PHONE not in "".join(await session.scalars(select(audit_log.c.changes)))
    assert (await ask(city, f"/{account}/erase", headers)).status_code == 404
    assert await ensure(city, PHONE, Role.OFFICER, township_code=GAOLOU) != account, (
        "the name is free again"
    )


async def test_a_volunteers_account_is_deleted_with_the_person_alone(city: City) -> None:
    no, headers = await volunteer_of(city), await coordinator(city)
    account = await ensure(city, PHONE, Role.VOLUNTEER, volunteer_no=no)
    assert (await ask(city, f"/{account}/disable", headers)).status_code == 200
    refused = await ask(city, f"/{account}/erase", headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "account_of_a_person")
