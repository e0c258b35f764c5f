"""Files as people have them: read in the encodings that their programs write, written whole or not at all."""

import codecs
import json
from pathlib import Path
from typing import Any

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNMARKED = ("utf-8", "gb18030")
"""Windows writes Chinese text as GBK, a part of GB 18030, where no mark says otherwise."""


class BadFile(Exception):
    """A file is at fault; ``code`` is one of the texts ``cli.file.<code>``, ``why`` the system's own words."""

    def __init__(self, code: str, file: Path, why: object = "") -> None:
        super().__init__(f"{file}: {code} {why}".rstrip())
        self.code, self.file, self.why = code, file, why

    def said_in(self, language: str | None = None) -> str:
        from cli.terminal import words

        return words(f"file.{self.code}", language, file=self.file, why=self.why)


def read_text(file: Path) -> str:
    """The text of a file: UTF-8, UTF-16 or UTF-32 with a byte order mark, UTF-8 without, or GB 18030.

    :raises BadFile: it can't be read, or is in none of these.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadFile("unreadable", file, error.strerror or error) from error
    marked = [encoding for mark, encoding in _MARKS if content.startswith(mark)][:1]
    for encoding in marked or _UNMARKED:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile("other_encoding", file)


def read_json(file: Path) -> Any:
    """:raises BadFile: it can't be read, or is no JSON."""
    try:
        return json.loads(read_text(file))
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadFile("not_json", file, error) from error


def write_text(file: Path, text: str) -> None:
    """Replaces the file at once: a reader never sees half of it. :raises BadFile: it can't be written."""
    draft = file.with_name(file.name + ".part")
    try:
        draft.write_text(text, "utf-8")
        draft.replace(file)
    except OSError as error:
        raise BadFile("unwritable", file, error.strerror or error) from error


def json_text(document: Any, encoding: str | None = "utf-8", *, indent: int | None = None) -> str:
    """The document as JSON, with its characters as they are where ``encoding`` has them, else escaped."""
    text = json.dumps(document, ensure_ascii=False, indent=indent)
    try:
        text.encode(encoding or "ascii")
    except UnicodeEncodeError:
        return json.dumps(document, indent=indent)
    return text
