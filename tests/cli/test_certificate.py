"""The certificate that an embedded system makes for itself, and the address that it is for."""

import ssl
from pathlib import Path

import pytest
from cryptography import x509

from cli.certificate import FOLDER, ensure_certificate
from cli.up import CannotStart, network_address

NAMES = {"localhost", "127.0.0.1", "192.168.1.20"}


def test_it_is_made_once_for_names_and_addresses(tmp_path: Path) -> None:
    own = ensure_certificate(tmp_path, NAMES)
    made = x509.load_pem_x509_certificate(own.certificate.read_bytes())
    said = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert said.get_values_for_type(x509.DNSName) == ["localhost"]
    addresses = {str(address) for address in said.get_values_for_type(x509.IPAddress)}
    assert addresses == NAMES - {"localhost"}
    assert len(own.fingerprint.split(":")) == 32
    assert own.key.stat().st_mode & 0o077 == 0
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(own.certificate, own.key)
    assert ensure_certificate(tmp_path, NAMES) == own


def test_another_address_needs_another(tmp_path: Path) -> None:
    first = ensure_certificate(tmp_path, NAMES)
    assert ensure_certificate(tmp_path, NAMES | {"10.0.0.7"}).fingerprint != first.fingerprint


@pytest.mark.parametrize("file", ["certificate.pem", "key.pem"])
def test_one_that_is_damaged_or_incomplete_is_made_anew(tmp_path: Path, file: str) -> None:
    first = ensure_certificate(tmp_path, NAMES)
    (tmp_path / FOLDER / file).unlink()
    again = ensure_certificate(tmp_path, NAMES)
    assert again.fingerprint != first.fingerprint
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
        again.certificate, again.key
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2"])
def test_this_machine_alone_needs_no_network(host: str) -> None:
    assert network_address(host) is None


def test_an_address_is_taken_as_it_is() -> None:
    assert network_address("192.168.1.20") == "192.168.1.20"


@pytest.mark.parametrize("host", ["x86_64-conda-linux-gnu", "", "::", "300.1.1.1"])
def test_what_is_no_address_is_refused_in_words(host: str) -> None:
    with pytest.raises(CannotStart):
        network_address(host)
