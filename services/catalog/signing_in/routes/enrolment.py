"""What the pages without script show of a second factor that is being enrolled."""

from collections.abc import Mapping, Sequence
from html import escape

import segno

from services.catalog.accounts.use_cases.second_factor import Enrolment


def enrolment_fields(enrolment: Enrolment, text: Mapping[str, str]) -> str:
    """Returns the QR code, the secret in letters, and the hidden field that brings the offer back, as HTML.

    ``text`` are the words of ``invitation.page``. The QR code is part of the page itself, whose policy lets it fetch
    nothing.
    """
    code = segno.make(enrolment.uri, micro=False).svg_inline(
        svgclass="qr", omitsize=True, light="#fff"
    )
    link = f'<a href="{escape(enrolment.uri)}">{escape(text["open"])}</a>'
    return f"""<p>{escape(text["scan"])}</p>{code}
<p>{link}</p>
<p>{escape(text["secret"])} <span class="secret">{escape(enrolment.secret)}</span></p>
<input type="hidden" name="offered" value="{escape(enrolment.sealed)}">"""


def recovery_codes_list(codes: Sequence[str], text: Mapping[str, str]) -> str:
    """Returns the recovery codes as HTML; ``text`` are the words of ``recovery_codes``."""
    rows = "".join(f"<li>{escape(code)}</li>" for code in codes)
    return f"""<h2>{escape(text["title"])}</h2><p>{escape(text["detail"])}</p>
<ol class="codes">{rows}</ol>"""
