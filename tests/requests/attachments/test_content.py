"""What may be attached is told by its content; hostile files are refused in words."""

import zipfile
import zlib
from io import BytesIO

import pytest

from shared.http.texts import LANGUAGES, Texts
from shared.kernel.errors import InvalidInput
from shared.kernel.files.sent import MOST_BYTES, checked, named
from tests.requests.attachments.files import (
    chunk,
    exif,
    jpeg,
    packed_objects,
    pdf,
    png,
    segment,
)
from tests.support.tree import folder_of


def archive() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("run.exe", b"MZ")
    return file.getvalue()


BOMB = zlib.compress(bytes(30_000_000))
HTML = b"<script>alert(1)</script>"

HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "attachment_empty"),
    "too long": (pdf() + b" " * MOST_BYTES, "attachment_too_long"),
    "text": ("请带血压计".encode(), "attachment_kind_unknown"),
    "web page": (b"<!doctype html>" + HTML, "attachment_kind_unknown"),
    "drawing that runs": (
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
        "attachment_kind_unknown",
    ),
    "program": (b"MZ" + bytes(200), "attachment_kind_unknown"),
    "archive": (archive(), "attachment_kind_unknown"),
    "gif": (b"GIF89a" + bytes(40), "attachment_kind_unknown"),
    "archive that calls itself a document": (
        b"PK\x03\x04%PDF-1.7\n" + bytes(40),
        "attachment_kind_unknown",
    ),
    "web page before a document": (HTML + pdf(), "attachment_kind_unknown"),
    "document and archive": (pdf() + archive(), "file_holds_more"),
    "document and web page": (pdf() + HTML, "file_holds_more"),
    "picture and archive": (png() + archive(), "file_holds_more"),
    "photograph and archive": (jpeg() + archive(), "file_holds_more"),
    "photograph and web page": (jpeg() + HTML, "file_holds_more"),
    "picture with something behind its pixels": (
        png(packed=zlib.compress((b"\0" + b"\x80" * 3) * 2) + HTML),
        "file_holds_more",
    ),
    "picture bomb": (png(packed=BOMB), "file_damaged"),
    "picture that claims too much": (
        png(60_000, 60_000, packed=BOMB),
        "picture_too_large",
    ),
    "picture of too many pixels": (png(10_000, 10_000), "picture_too_large"),
    "photograph that claims too much": (jpeg(65_535, 65_535), "picture_too_large"),
    "picture without size": (png(0, 5), "file_damaged"),
    "picture cut off": (png()[:-8], "file_damaged"),
    "picture with a wrong sum": (png().replace(b"IDAT", b"IDAX"), "file_damaged"),
    "picture with an unknown part": (png(more=chunk(b"EVIL", HTML)), "file_damaged"),
    "photograph cut off": (jpeg()[:-2], "file_damaged"),
    "photograph with a length that lies": (jpeg(more=b"\xff\xe0\xff\xff"), "file_damaged"),
    "photograph without a frame": (
        b"\xff\xd8" + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\xff\xd9",
        "file_damaged",
    ),
    "document cut off": (pdf()[:60], "file_damaged"),
    "document with a script": (
        pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"),
        "attachment_active",
    ),
    "document with a script in disguise": (pdf(b"/AA << /J#53 (x) >>"), "attachment_active"),
    "document with a script, packed": (
        packed_objects(b"1 0 << /S /JavaScript /JS (x) >>"),
        "attachment_active",
    ),
    "document packed in disguise": (
        packed_objects(b"1 0 <<>>", kind=b"/Obj#53tm"),
        "file_damaged",
    ),
    "document that starts a program": (
        pdf(b"/A << /S /Launch /F (cmd.exe) >>"),
        "attachment_active",
    ),
    "document with a file in it": (pdf(b"/Names << /EmbeddedFiles 3 0 R >>"), "attachment_active"),
    "document with a form of its own": (pdf(b"/AcroForm << /XFA [] >>"), "attachment_active"),
    "document with a password": (pdf(b"/Encrypt 4 0 R"), "attachment_locked"),
    "document bomb": (packed_objects(bytes(40_000_000)), "file_damaged"),
    "document of a version that there is not": (pdf(version=b"9.9"), "attachment_kind_unknown"),
}


def test_there_are_at_least_thirty() -> None:
    assert len(HOSTILE) >= 30


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_words(name: str) -> None:
    data, code = HOSTILE[name]
    with pytest.raises(InvalidInput) as refusal:
        checked(data)
    assert refusal.value.code == code
    texts = Texts(folder_of("requests") / "locales")
    for language in LANGUAGES:
        text = texts.render(language, code, refusal.value.facts)
        assert text.keys() == {"title", "detail", "remedy"}


def test_real_files_are_what_they_are() -> None:
    for data, kind in ((pdf(), "application/pdf"), (png(), "image/png"), (jpeg(), "image/jpeg")):
        content = checked(data)
        assert (content.media_type, content.data) == (kind, data)
    assert checked(packed_objects(b"1 0 << /Type /Page >>")).media_type == "application/pdf"


def test_a_picture_says_no_more_of_who_made_it_and_where() -> None:
    kept = checked(jpeg(more=exif() + segment(0xFE, b"Chen") + segment(0xED, b"Photoshop"))).data
    for gone in (b"GPS", b"27.8136", b"Chen", b"Photoshop"):
        assert gone not in kept
    assert b"Exif\0\0MM\0*" in kept, "it stays upright"
    assert checked(kept).data == kept
    text = chunk(b"tEXt", b"Author\0Chen") + chunk(b"eXIf", b"II*\0GPS")
    kept = checked(png(more=text)).data
    assert b"Chen" not in kept
    assert b"GPS" not in kept
    assert checked(kept).data == kept == png()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("平面图.pdf", "平面图.pdf"),
        ("平面图", "平面图.pdf"),
        ("photo.jpg.exe", "photo.jpg.exe.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\文件\\公函.PDF", "公函.PDF"),
        ("公函\u202efdp.exe", "公函fdp.exe.pdf"),
        ("con.pdf", "_con.pdf"),
        ('a<b>:"|?*.pdf', "a_b______.pdf"),
        ("  公函 .pdf. ", "公函 .pdf"),
        ("隣村𠮷.pdf", "隣村𠮷.pdf"),
    ],
)
def test_names_are_kept_as_far_as_every_system_can(typed: str, kept: str) -> None:
    assert named(typed, "application/pdf") == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("很" * 90 + ".pdf", "attachment_name_too_long"),
        ("\u200b", "attachment_name_missing"),
        ("../", "attachment_name_missing"),
        ("公\x07函.pdf", "attachment_name_unreadable"),
        ("公\ue000函.pdf", "attachment_name_unreadable"),
    ],
)
def test_names_that_nobody_could_read_are_refused_in_words(typed: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        named(typed, "application/pdf")
    assert refusal.value.code == code
