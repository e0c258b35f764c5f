"""Sealing: what opens, what must not, and how keys rotate."""

import json
import stat
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, String, Table, insert, select

from shared.db.engine import Database
from shared.db.vault import (
    BATCH,
    Vault,
    VaultError,
    add_key,
    count_stale,
    create_ring,
    place_of,
    reseal,
)

PHONE = "13800138000"
PLACE = "volunteer.phone_sealed:V-000001"

metadata = MetaData()
person = Table(
    "person",
    metadata,
    Column("no", String(20), primary_key=True),
    Column("mail_sealed", String(600)),
)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault_keys", create=True)


def test_what_is_sealed_opens_again_and_never_looks_the_same(vault: Vault) -> None:
    sealed = vault.seal("林志远 13800138000", PLACE)
    assert sealed.startswith("v1.first.")
    assert PHONE not in sealed
    assert vault.open(sealed, PLACE) == "林志远 13800138000"
    assert vault.seal("林志远 13800138000", PLACE) != sealed


def test_a_value_does_not_open_in_another_place(vault: Vault) -> None:
    sealed = vault.seal(PHONE, PLACE)
    for place in ("volunteer.phone_sealed:V-000002", "volunteer.name_sealed:V-000001"):
        with pytest.raises(VaultError, match="another place"):
            vault.open(sealed, place)


def test_a_changed_value_does_not_open_and_is_not_shown(vault: Vault) -> None:
    sealed = vault.seal(PHONE, PLACE)
    head, body = sealed[:9], sealed[9:]
    for number in range(0, len(body), 7):
        other = "A" if body[number] != "A" else "B"
        with pytest.raises(VaultError) as refused:
            vault.open(head + body[:number] + other + body[number + 1 :], PLACE)
        assert body not in str(refused.value)
    for broken in ("", "v1.first.", "v2.first." + body, PHONE):
        with pytest.raises(VaultError, match="not a sealed value"):
            vault.open(broken, PLACE)


def test_keys_rotate_without_a_restart(vault: Vault) -> None:
    old = vault.seal(PHONE, PLACE)
    index = vault.blind_index(PHONE, "volunteer.phone")
    add_key(vault.file, "2027a")
    new = vault.seal(PHONE, PLACE)
    assert new.startswith("v1.2027a.")
    assert vault.open(old, PLACE) == vault.open(new, PLACE) == PHONE
    assert vault.blind_index(PHONE, "volunteer.phone") == index
    with pytest.raises(VaultError, match="id of a new key"):
        add_key(vault.file, "2027a")


def test_a_key_that_is_gone_is_named(vault: Vault) -> None:
    sealed = vault.seal(PHONE, PLACE)
    add_key(vault.file, "2027a")
    ring = json.loads(vault.file.read_text())
    del ring["keys"]["first"]
    vault.file.write_text(json.dumps(ring))
    with pytest.raises(VaultError, match="sealed with key 'first', which is not in"):
        vault.open(sealed, PLACE)


def test_the_file_is_for_its_owner_alone_and_is_never_overwritten(vault: Vault) -> None:
    vault.ring()
    assert stat.S_IMODE(vault.file.stat().st_mode) == 0o600
    before = vault.file.read_bytes()
    create_ring(vault.file)
    assert vault.file.read_bytes() == before
    assert list(vault.file.parent.iterdir()) == [vault.file]


def test_without_a_file_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="VAULT_KEYS_FILE"):
        Vault(tmp_path / "none").seal(PHONE, PLACE)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"current": "a", "keys": {"a": "c2hvcnQ"}, "index": "c2hvcnQ"}',
        '{"current": "a", "keys": {"b": "' + "A" * 43 + '"}, "index": "' + "A" * 43 + '"}',
    ],
)
def test_a_file_that_makes_no_sense_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "keys"
    file.write_text(content)
    with pytest.raises(VaultError, match="keys"):
        Vault(file).seal(PHONE, PLACE)


def test_a_blind_index_is_of_one_purpose_and_one_file(vault: Vault, tmp_path: Path) -> None:
    index = vault.blind_index(PHONE, "volunteer.phone")
    assert index == vault.blind_index(PHONE, "volunteer.phone")
    other = Vault(tmp_path / "other", create=True)
    assert (
        len(
            {
                index,
                vault.blind_index(PHONE, "account.phone"),
                other.blind_index(PHONE, "volunteer.phone"),
            }
        )
        == 3
    )


async def test_resealing_takes_everything_to_the_current_key(store_url: str, vault: Vault) -> None:
    """In batches, and only what needs it."""
    rows = BATCH * 2 + 5
    database = Database(store_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        for number in range(rows):
            no = f"V-{number:06}"
            sealed = vault.seal(f"nr{number}@example.org", place_of(person.c.mail_sealed, no))
            value = None if number == 7 else sealed
            await connection.execute(insert(person).values(no=no, mail_sealed=value))
    columns = [person.c.mail_sealed]
    assert await count_stale(database, vault, columns) == 0
    add_key(vault.file, "2027a")
    assert await count_stale(database, vault, columns) == rows - 1
    assert await reseal(database, vault, columns) == rows - 1
    assert await count_stale(database, vault, columns) == 0
    assert await reseal(database, vault, columns) == 0
    async with database.reading() as session:
        stored = (await session.execute(select(person.c.no, person.c.mail_sealed))).all()
    for no, sealed in stored:
        if no == "V-000007":
            assert sealed is None
            continue
        assert sealed.startswith("v1.2027a.")
        assert (
            vault.open(sealed, place_of(person.c.mail_sealed, no)) == f"nr{int(no[2:])}@example.org"
        )
    await database.close()
