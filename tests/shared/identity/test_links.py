"""Links for people without an account: for one purpose, by one service, until their end."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from shared.db.vault import Vault, add_key
from shared.identity.links import LinkExpired, LinkInvalid, Links
from shared.kernel.clock import utc_now
from tests.support.clock import PlayedClock
from tests.support.tokens import token

NOW = datetime(2014, 6, 27, tzinfo=UTC)
END = NOW + timedelta(days=30)


@pytest.fixture
def clock() -> PlayedClock:
    return PlayedClock(NOW)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault_keys", create=True)


def test_a_link_opens_until_its_end(vault: Vault, clock: PlayedClock) -> None:
    links = Links(vault, clock)
    link = links.make("stop", "stop-1", END)
    assert link.expires_at == END
    clock.now = END - timedelta(seconds=1)
    assert links.open("stop", link.text) == "stop-1"
    clock.now = END
    with pytest.raises(LinkExpired) as refused:
        links.open("stop", link.text)
    assert (refused.value.status, refused.value.facts["ended_at"]) == (410, END)


def test_a_link_is_for_one_purpose(vault: Vault, clock: PlayedClock) -> None:
    links = Links(vault, clock)
    with pytest.raises(LinkInvalid):
        links.open("rating", links.make("stop", "stop-1", END).text)


def test_a_link_is_one_services_own(vault: Vault, clock: PlayedClock, tmp_path: Path) -> None:
    foreign = Links(Vault(tmp_path / "others_keys", create=True), clock).make("stop", "stop-1", END)
    with pytest.raises(LinkInvalid):
        Links(vault, clock).open("stop", foreign.text)


def test_no_changed_link_opens(vault: Vault, clock: PlayedClock) -> None:
    links = Links(vault, clock)
    text = links.make("stop", "stop-1", END).text
    header, body, signature = text.split(".")
    other = links.make("stop", "stop-2", END).text.split(".")[1]
    changed = [
        "",
        "x",
        "é",
        text[:-2],
        f"{header}.{other}.{signature}",
        f"{header}.{body}.",
        text + "a" * 500,
        text + "=",
    ]
    for wrong in changed:
        with pytest.raises(LinkInvalid):
            links.open("stop", wrong)


def test_neither_the_vaults_key_nor_an_access_token_makes_a_link(
    vault: Vault, clock: PlayedClock
) -> None:
    links = Links(vault, clock)
    claims = {"sub": "stop-1", "aud": "stop", "exp": int(END.timestamp())}
    raw = OctKey.import_key(vault.ring().keys["first"])
    for header in (
        {"alg": "HS256", "kid": "first"},
        {"alg": "HS256"},
        {"alg": "HS256", "kid": "none"},
    ):
        with pytest.raises(LinkInvalid):
            links.open("stop", jwt.encode(header, claims, raw))
    with pytest.raises(LinkInvalid):
        links.open("stop", token(aud="stop", sub="stop-1"))


def test_links_outlive_a_new_key_and_end_with_their_own(vault: Vault) -> None:
    links = Links(vault, utc_now)
    before = links.make("stop", "stop-1", utc_now() + timedelta(days=1)).text
    add_key(vault.file, "second")
    after = links.make("stop", "stop-1", utc_now() + timedelta(days=1)).text
    assert links.open("stop", before) == links.open("stop", after) == "stop-1"
    text = vault.file.read_text("utf-8").replace('"first"', '"gone"')
    vault.file.write_text(text, "utf-8")
    with pytest.raises(LinkInvalid):
        links.open("stop", before)
    assert links.open("stop", after) == "stop-1"
