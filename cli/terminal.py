"""What the commands say, and in which language."""

import os
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, TextIO

import typer
from rich.console import Console

from cli.files import json_text
from shared.http.texts import LANGUAGES, Texts

BAD_INPUT = 2
"""The exit status when something is in the way that the reader can mend."""

console = Console()
errors = Console(stderr=True)


def accept_any_character() -> None:
    """Has characters that the terminal does not know (𠮷 in GBK, anything Chinese in ASCII) written as escapes: output
    never ends a command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def language_of(environment: Mapping[str, str] = os.environ) -> str:
    """``DIANCAI_LANGUAGE``, else the language of messages (POSIX: LC_ALL, LC_MESSAGES, LANG): zh-CN or en."""
    names = ("DIANCAI_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    said = next((value for name in names if (value := environment.get(name))), "")
    return "zh-CN" if said.lower().startswith("zh") else "en"


@cache
def texts() -> Texts:
    """The commands' texts, and dispatch's, for the rules and goals of plans."""
    from services import dispatch

    return Texts(Path(str(dispatch.__file__)).parent / "locales", Path(__file__).parent / "locales")


def words(code: str, language: str | None = None, **facts: object) -> str:
    """The text ``cli.<code>`` with its facts filled in. Default: the language of the environment."""
    return texts().render(language or language_of(), f"cli.{code}", facts)["detail"]


def known_language(said: str) -> str:
    """For the option ``--language``. :raises typer.BadParameter: it is neither."""
    for language in LANGUAGES:
        if said.lower().replace("_", "-").split(".")[0] in (
            language.lower(),
            language.split("-")[0],
        ):
            return language
    raise typer.BadParameter(f"choose one of: {', '.join(LANGUAGES)}")


def print_json(document: Any, *, indent: int | None = None, to: TextIO | None = None) -> None:
    """JSON that stays JSON on every terminal."""
    out = to or sys.stdout
    out.write(json_text(document, out.encoding, indent=indent) + "\n")


def fail(text: str, status: int = BAD_INPUT) -> NoReturn:
    """Ends the command with one line that says what is in the way."""
    errors.print("[red]diancai:[/red]", end=" ")
    errors.print(text, soft_wrap=True, highlight=False, markup=False)
    raise typer.Exit(status)
