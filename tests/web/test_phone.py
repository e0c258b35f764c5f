"""A phone on the same network: HOST=0.0.0.0 make run."""

import ssl
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from cli.certificate import FOLDER
from cli.up import ANYWHERE, CannotStart, network_address
from tests.catalog.city import ASKED, VERIFIER
from tests.support.browser import copy_of_played_data, running_site

PAGE, TOKEN = "/api/catalog/oidc/authorize", "/api/catalog/oidc/token"


async def test_it_signs_in_by_https_and_is_offered_no_role(
    shared_folder: Path, tmp_path: Path
) -> None:
    try:
        address = network_address(ANYWHERE)
    except CannotStart:
        pytest.skip("this machine is in no network")
    data = copy_of_played_data(shared_folder, tmp_path / "data")
    with running_site(data, host=ANYWHERE) as site:
        origin = f"https://{address}:{urlsplit(site.url).port}"
        asked = ASKED | {"redirect_uri": f"{origin}/"}
        trusting = ssl.create_default_context(cafile=data / FOLDER / "certificate.pem")
        async with httpx.AsyncClient(base_url=origin, verify=trusting, trust_env=False) as phone:
            assert "点菜" in (await phone.get("/")).text
            assert 'name="role"' not in (await phone.get(PAGE, params=asked)).text
            click = asked | {"role": "volunteer"}
            refused = await phone.post("/api/catalog/oidc/demonstration", data=click)
            assert refused.status_code == 404
            account = site.account("volunteer")
            form = asked | {"login": account["login"], "password": account["password"]}
            answer = await phone.post(PAGE, data=form, headers={"Origin": origin})
            assert answer.status_code == 303, answer.text
            said = parse_qs(urlsplit(answer.headers["location"]).query)
            fields = {
                "grant_type": "authorization_code",
                "client_id": "diancai-web",
                "code": said["code"][0],
                "redirect_uri": f"{origin}/",
                "code_verifier": VERIFIER,
            }
            tokens = await phone.post(TOKEN, data=fields, headers={"Origin": origin})
            assert tokens.status_code == 200, tokens.text
            assert tokens.headers["set-cookie"].endswith("; Secure")
            bearer = {"Authorization": f"Bearer {tokens.json()['access_token']}"}
            assert (await phone.get("/api/catalog/teams", headers=bearer)).status_code == 200
        async with httpx.AsyncClient(base_url=site.url, trust_env=False) as here:
            beside = ASKED | {"redirect_uri": f"{site.url}/"}
            assert 'name="role"' in (await here.get(PAGE, params=beside)).text
