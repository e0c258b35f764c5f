"""What docker-compose.yml gives to each container: no more than it needs, of images that can be pinned."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.settings import ServiceSettings
from tests.support.gateway_checks import CONNECTIONS_OF_AN_ADDRESS, STREAMS_OF_AN_ADDRESS
from tests.support.tree import ROOT, SERVICES

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
CONTAINERS: dict[str, Any] = COMPOSE["services"]
DOCKERFILES = [ROOT / "Dockerfile", *sorted(ROOT.glob("deploy/*/Dockerfile"))]
FROM_ELSEWHERE = r"[a-z]+:\d[\w.-]*"
SIGNER = "catalog"
NGINX = (ROOT / "deploy" / "nginx" / "nginx.conf.template").read_text("utf-8")
OWN_REFUSALS = re.findall(r"return (\d+) '(\{[^']+)'", NGINX)


def secrets_of(container: str) -> set[str]:
    given = CONTAINERS[container].get("secrets", [])
    return {secret["source"] if isinstance(secret, dict) else secret for secret in given}


def base_of(container: str) -> str:
    """The image from elsewhere that it is, or is built on."""
    told = CONTAINERS[container]
    return str(told["build"]["args"]["PYTHON_IMAGE"] if "build" in told else told["image"])


@pytest.mark.parametrize("container", CONTAINERS)
def test_every_container_is_bounded_and_may_do_little(container: str) -> None:
    told = CONTAINERS[container]
    limits = told["deploy"]["resources"]["limits"]
    assert limits.keys() >= {"cpus", "memory"}
    assert 0 < limits["pids"] <= 512
    assert "pids_limit" not in told, "Compose refuses it beside deploy's limits"
    assert told["cap_drop"] == ["ALL"]
    assert told["read_only"]
    assert told["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_believes_the_gateway_s_one_address_and_nobody_else(service: str) -> None:
    gateway = CONTAINERS["gateway"]["networks"]["front"]["ipv4_address"]
    believed = {
        name: told["environment"].get(f"{service.upper()}_TRUSTED_PROXIES")
        for name, told in CONTAINERS.items()
        if "environment" in told
    }
    assert believed[service] == gateway
    assert set(believed.values()) <= {gateway, None}


@pytest.mark.parametrize("keys", ["SIGNING_KEYS", "BADGE_KEYS"])
def test_only_the_api_of_catalog_has_the_keys_that_sign(keys: str) -> None:
    secret, variable = f"catalog_{keys.lower()}", f"CATALOG_{keys}_FILE"
    assert [name for name in CONTAINERS if secret in secrets_of(name)] == [SIGNER]
    assert [name for name in CONTAINERS if variable in CONTAINERS[name].get("environment", {})] == [
        SIGNER
    ]


def test_only_the_migration_of_catalog_has_the_first_account() -> None:
    for secret in ("catalog_first_password", "catalog_first_totp"):
        assert [name for name in CONTAINERS if secret in secrets_of(name)] == ["migrate-catalog"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_no_other_s_secrets(service: str) -> None:
    ours = [name for name in CONTAINERS if name == service or service in name.split("-")]
    assert len(ours) == 4
    for name in ours:
        assert all(secret.startswith(f"{service}_") for secret in secrets_of(name)), name


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_runs_the_service_that_its_image_was_built_of(service: str) -> None:
    ours = [
        told for name, told in CONTAINERS.items() if name == service or service in name.split("-")
    ]
    assert {told["image"].split(":")[0] for told in ours} == {f"diancai/{service}"}
    assert {told["build"]["args"]["SERVICE"] for told in ours} == {service}
    assert {tuple(told["command"][:3]) for told in ours} == {
        ("python", "-m", f"services.{service}")
    }
    assert (ROOT / "requirements" / f"{service}.txt").is_file()


@pytest.mark.parametrize("container", CONTAINERS)
def test_an_image_from_elsewhere_has_a_tag_and_a_place_for_its_digest(container: str) -> None:
    base = base_of(container)
    assert re.fullmatch(FROM_ELSEWHERE + r"\$\{DIANCAI_[A-Z]+_DIGEST:-\}", base), base


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_dockerfile_takes_its_base_as_an_argument(file: Path) -> None:
    text = file.read_text("utf-8")
    (default,) = re.findall(r"^ARG PYTHON_IMAGE=(.+)$", text, re.MULTILINE)
    assert re.fullmatch(FROM_ELSEWHERE, default)
    assert COMPOSE["x-base"]["PYTHON_IMAGE"].startswith(default)
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {"${PYTHON_IMAGE}"}


def test_every_image_from_elsewhere_is_found_by_the_script_that_pins_them() -> None:
    pattern = re.search(r"grep -ohE '([^']+)'", (ROOT / "deploy" / "pin-images").read_text("utf-8"))
    assert pattern is not None
    found = set(re.findall(pattern[1], (ROOT / "docker-compose.yml").read_text("utf-8")))
    named = {
        told["build"]["args"]["PYTHON_IMAGE"] if "build" in told else told["image"]
        for told in CONTAINERS.values()
    }
    assert found == named


def test_the_gateway_s_own_refusals_are_problem_documents_in_both_languages() -> None:
    assert {status for status, _ in OWN_REFUSALS} == {"400", "404", "405", "413", "429", "503"}
    for status, answer in OWN_REFUSALS:
        (name,) = re.findall(r"\$(?!own)(\w+)_text", answer)
        for text in words_of(name).values():
            said = json.loads(answer.replace("$own_instance", "").replace(f"${name}_text", text))
            assert (said["status"], said["code"]) == (int(status), name)
            assert said["type"] == f"urn:diancai:problem:{name}"
            assert said.keys() >= {"title", "detail", "remedy"}


@pytest.mark.parametrize("code", ["not_found", "method_not_allowed", "body_too_large"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_gateway_refuses_in_the_services_words(code: str, language: str) -> None:
    texts = json.loads(
        (ROOT / "shared" / "http" / "locales" / f"{language}.json").read_text("utf-8")
    )
    assert json.loads(f"{{{words_of(code)[language]}}}") == texts[code]


def test_every_refusal_of_the_gateway_has_a_place_that_knows_its_type() -> None:
    places = set(re.findall(r"error_page [^;]* (\S+);", NGINX))
    for place in places:
        (block,) = re.findall(
            rf"location (?:= )?{re.escape(place)} \{{(.*?)\n        \}}", NGINX, re.DOTALL
        )
        # Without the first, the end of the address says what type the answer is.
        assert "types {}" in block, place
        assert "default_type application/problem+json;" in block, place
    assert len(places) == len(OWN_REFUSALS)


def test_the_gateway_takes_no_more_than_the_services_do() -> None:
    assert re.findall(r"client_max_body_size (\d+)m;", NGINX) == ["8"]
    assert ServiceSettings.model_fields["max_file_bytes"].default == 8 * 1024**2


def test_the_gateway_bounds_the_connections_and_the_streams_of_an_address() -> None:
    """As many as ``deploy/compose-test`` opens to see the next one refused."""
    zones = set(re.findall(r"limit_conn_zone \$binary_remote_addr zone=(\w+):", NGINX))
    bounds = {
        zone: int(number)
        for zone, number in re.findall(r"^ +limit_conn (\w+) (\d+);", NGINX, re.MULTILINE)
    }
    assert bounds == {"connections": CONNECTIONS_OF_AN_ADDRESS, "streams": STREAMS_OF_AN_ADDRESS}
    assert bounds.keys() == zones
    assert "limit_conn_status 429;" in NGINX
    (streams,) = re.findall(r"location ~ [^{]*/stream\$ \{(.*?)\n        \}", NGINX, re.DOTALL)
    assert "limit_conn streams" in streams


def test_the_gateway_logs_no_request_line() -> None:
    """Nginx writes it to each error of a request, below the level ``alert``; it may hold what opens something."""
    assert re.findall(r"error_log \S+ (\w+);", NGINX) == ["alert"]
    (line,) = re.findall(r"log_format lean (.*?);", NGINX, re.DOTALL)
    assert not re.search(
        r"\$(request\b|request_uri|args|query_string|uri\b|http_referer|http_user_agent)", line
    )
    (opening,) = re.findall(r'"~(\^\(\?<opening>.*?)" "\$\{opening\}-";', NGINX)
    for path in (
        "/api/catalog/invitations/x",
        "/public/stops/x",
        "/api/dispatch/public/calendars/x/diancai.ics",
        "/public/calendars/x/diancai.ics",
    ):
        assert re.match(opening.replace("?<", "?P<"), path), path


def test_the_residents_origin_passes_on_nothing_but_their_pages() -> None:
    residents = (ROOT / "deploy" / "nginx" / "residents.conf.template").read_text("utf-8")
    assert "include /tmp/residents.conf;" in NGINX
    assert len(re.findall(r"^ +proxy_pass ", residents, re.MULTILINE)) == 6
    (pages,) = re.findall(r"location /public/ \{(.*?)\n    \}", residents, re.DOTALL)
    assert "proxy_pass" in pages
    assert "rewrite ^/public/(.*)$ /api/dispatch/public/$1 break;" in pages
    assert "limit_except GET { deny all; }" in pages
    (forms,) = re.findall(
        r"location ~ \^/public/\(consultations\|opinions\)\(/\|\$\) \{(.*?)\n    \}",
        residents,
        re.DOTALL,
    )
    assert "rewrite ^/public/(.*)$ /api/catalog/public/$1 break;" in forms
    assert "limit_except GET POST { deny all; }" in forms
    (shown,) = re.findall(
        r"location ~ \^/public/\(pictures\|certificates\|[a-z|-]+\)\(/\|\$\) \{(.*?)\n    \}",
        residents,
        re.DOTALL,
    )
    assert "rewrite ^/public/(.*)$ /api/catalog/public/$1 break;" in shown
    assert "limit_except GET { deny all; }" in shown
    (ratings,) = re.findall(r"location /public/ratings/ \{(.*?)\n    \}", residents, re.DOTALL)
    assert "rewrite ^/public/(.*)$ /api/requests/public/$1 break;" in ratings
    assert "limit_except GET POST { deny all; }" in ratings
    assert 'proxy_set_header Cookie "rater=$cookie_rater";' in ratings
    (tickets,) = re.findall(
        r"location ~ \^/public/\(queues\|tickets\)/ \{(.*?)\n    \}", residents, re.DOTALL
    )
    assert "rewrite ^/public/(.*)$ /api/dispatch/public/$1 break;" in tickets
    assert "limit_except GET POST { deny all; }" in tickets
    assert 'proxy_set_header Cookie "taker=$cookie_taker";' in tickets
    assert 'proxy_set_header Authorization "";' in tickets
    for header in ("Authorization", "Cookie"):
        assert f'proxy_set_header {header} "";' in residents
    assert 'proxy_set_header Authorization "";' in ratings
    (port,) = re.findall(r"^ +listen (\d+);", residents, re.MULTILINE)
    assert any(str(each).endswith(f":{port}") for each in CONTAINERS["gateway"]["ports"])
    for service in ("dispatch", "requests"):
        address = CONTAINERS[service]["environment"][f"{service.upper()}_PUBLIC_URL"]
        assert address.endswith(f":${{DIANCAI_RESIDENTS_PORT:-{port}}}}}")


def test_postgres_logs_no_row_that_a_constraint_refused() -> None:
    assert "log_error_verbosity=terse" in CONTAINERS["postgres"]["command"]


def words_of(code: str) -> dict[str, str]:
    """By language, as members of a JSON object."""
    (block,) = re.findall(rf"map \$own_language \${code}_text \{{(.*?)\n    \}}", NGINX, re.DOTALL)
    return {
        language: text.replace("\\'", "'") for language, text in re.findall(r"(\S+) '(.*)';", block)
    }
