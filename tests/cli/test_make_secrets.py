"""``deploy/make-secrets``: the first account's one-time secret reaches a telephone, and no log."""

import os
import pty
import subprocess
import sys
from pathlib import Path

from tests.support.tree import ROOT

SCRIPT = str(ROOT / "deploy" / "make-secrets")


def run(*arguments: str, flags: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *flags, SCRIPT, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_without_a_terminal_nothing_is_shown_unless_it_is_asked_for(tmp_path: Path) -> None:
    folder = str(tmp_path / "密钥")
    said = run(folder)
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")
    secret = (tmp_path / "密钥" / "catalog_first_totp").read_text()
    asked = run(folder, "--first-account").stdout
    assert secret in asked
    assert "admin" in asked
    assert "▄▄▄▄▄" in asked
    assert (tmp_path / "密钥" / "catalog_first_totp").read_text() == secret
    assert (tmp_path / "密钥" / "catalog_first_password").read_text() not in asked


def test_on_a_terminal_it_is_shown_once(tmp_path: Path) -> None:
    assert "▄▄▄▄▄" in on_terminal(tmp_path)
    assert on_terminal(tmp_path) == ""


def test_where_nothing_is_installed_the_address_is_said(tmp_path: Path) -> None:
    said = run(str(tmp_path), "--first-account", flags=("-S",))
    secret = (tmp_path / "catalog_first_totp").read_text()
    assert f"otpauth://totp/Diancai:admin?secret={secret}&issuer=Diancai" in said.stdout


def test_an_option_that_is_none_makes_nothing(tmp_path: Path) -> None:
    said = run("--first-acount", str(tmp_path / "new"))
    assert (said.returncode, "--first-account" in said.stderr) == (1, True)
    assert not (tmp_path / "new").exists()


def on_terminal(folder: Path, *flags: str) -> str:
    """What it prints where its output is a terminal."""
    ours, its = pty.openpty()
    process = subprocess.Popen([sys.executable, *flags, SCRIPT, str(folder)], stdout=its)
    os.close(its)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # the other side has gone: that is how a terminal ends on Linux
        pass
    os.close(ours)
    assert process.wait(60) == 0
    return shown.decode()
