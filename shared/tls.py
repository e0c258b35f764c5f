"""Trusted certificate authorities for encrypted connections: the machine's, or the city's own."""

import ssl
from functools import cache
from pathlib import Path


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """What checks a server's certificate and name. ``ca_file`` holds authorities (PEM); without it
    the machine's count.

    :raises ValueError: the file can't be read, or holds no certificate; names it.
    """
    if ca_file is None:
        return _trusting_the_machine()
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(
            f"tls_ca_file: {ca_file} holds no certificates in PEM ({error})"
        ) from error


@cache
def _trusting_the_machine() -> ssl.SSLContext:
    """Reading the machine's authorities takes 30 ms; all that connects out shares them."""
    return ssl.create_default_context()
