"""The certificate that an embedded system makes for itself, so that phones on the same network reach it by https.

Browsers compute what signing in needs (PKCE) on secure pages only. Nobody vouches for the certificate, so a browser
warns once; its fingerprint can be compared.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE = timedelta(days=365)
RENEWED_BEFORE_END = timedelta(days=30)
FOLDER = Path("secrets") / "tls"


@dataclass(frozen=True, slots=True)
class OwnCertificate:
    """``fingerprint`` is the SHA-256 that browsers show, in pairs of hexadecimal digits."""

    certificate: Path
    key: Path
    fingerprint: str


def ensure_certificate(data: Path, names: Collection[str]) -> OwnCertificate:
    """Returns the certificate in the folder ``data``, for the host names and addresses ``names``.

    It is made when there is none, when it ends within a month, and when it lacks one of the names.

    :raises OSError: the folder can't be written.
    """
    folder = data / FOLDER
    file, key_file = folder / "certificate.pem", folder / "key.pem"
    found = _read(file) if key_file.is_file() else None
    if found is None or not _is_good(found, names):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = _make(key_file, names)
        file.write_bytes(found.public_bytes(serialization.Encoding.PEM))
    return OwnCertificate(file, key_file, found.fingerprint(hashes.SHA256()).hex(":").upper())


def _read(file: Path) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError):
        return None


def _is_good(certificate: x509.Certificate, names: Collection[str]) -> bool:
    said = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    ends = certificate.not_valid_after_utc
    return ends - RENEWED_BEFORE_END > datetime.now(UTC) and set(_names(names)) <= set(said)


def _make(key_file: Path, names: Collection[str]) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    key_file.unlink(missing_ok=True)
    key_file.touch(mode=0o600)
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Diancai")])
    now = datetime.now(UTC)
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectAlternativeName(_names(names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=False)
        .sign(key, hashes.SHA256())
    )


def _names(names: Collection[str]) -> list[x509.GeneralName]:
    return [_name(name) for name in sorted(set(names))]


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
