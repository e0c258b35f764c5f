"""Texts that break careless systems. tests/e2e/test_hostile_texts.py puts them at every free-text field."""

FAMILY = "👨\u200d👩\u200d👧"

HOSTILE_TEXTS: dict[str, str] = {
    # nothing to see
    "empty": "",
    "blank": "   ",
    "full-width blanks": "　　",
    "zero width only": "\u200b\u200c\u200d\u2060\ufeff",
    "directional marks only": "\u202a\u202c\u200e\u200f\u2066\u2069",
    "Braille blank": "\u2800\u2800",
    "Hangul filler": "\u3164\uffa0\u115f\u1160",
    "tags only": "\U000e0001\U000e0068\U000e0069\U000e007f",
    "selectors only": "\ufe0f\ufe0e\U000e0100",
    # invisible beside visible
    "BOM in front": "\ufeff高楼镇",
    "zero width inside": "高\u200b楼\u2060镇",
    "right-to-left override": "高楼\u202egnp.exe\u202c镇",
    "isolates": "\u2066高楼镇\u2069",
    "soft hyphen": "服\u00ad务",
    "hidden tag text": "高楼镇\U000e0064\U000e0072\U000e006f\U000e0070",
    "selectors as a hidden text": "👍" + "\U000e0101\U000e0110\U000e0120",
    "interlinear annotation": "\ufff9高楼\ufffa注\ufffb镇",
    "combining grapheme joiner": "高\u034f楼",
    # what must survive
    "family": f"志愿者{FAMILY}来了",
    "emoji with selectors": "❤\ufe0f1\ufe0f\u20e3🏳\ufe0f\u200d🌈👍🏽",
    "ideographic variant": "葛\U000e0100城",
    "compatibility ideograph": "隣\uf9f1",
    "beyond the BMP": "𠮷㛃𱍐",
    "middle dot": "阿依古丽·买买提",
    "Uyghur": "\u0634\u0649\u0646\u062c\u0627\u06ad نى\u200cڭ",
    "Mongolian": "ᠠᠷᠪᠠᠨ\u180eᠠ",
    "Hindi with a joiner": "क्\u200dष",
    "full width": "２０２６年　ＡＢＣ（一）",
    "composed and not": "é e\u0301",
    "ligature and circled": "ﬁ①㎡Ⅷ",
    "Zalgo": "高" + "\u0301\u0316\u0334" * 10,
    "Arabic number sign": "\u0600\u0661",
    # line ends
    "Windows lines": "桌子\r\n椅子",
    "old lines": "桌子\r椅子",
    "separators": "桌子\u2028椅子\u2029电源",
    "next line": "桌子\x85椅子",
    "tab": "桌子\t椅子",
    "header injection": "高楼镇\r\nBcc: all@例子",
    # not text
    "NUL": "高\0楼",
    "escape": "\x1b[31m高楼",
    "delete": "高\x7f楼",
    "private use": "高\ue000楼",
    "noncharacter": "高\ufffe楼",
    "unassigned": "高\u0378楼",
    # for other interpreters
    "HTML": "<script>alert(1)</script>",
    "attribute": '" onmouseover="alert(1)',
    "SQL": "'); DROP TABLE service_order; --",
    "template": "{reason} {0} %s ${x} {{7*7}}",
    "formula": '=HYPERLINK("x")',
    "path": "../../etc/passwd%00",
    "JSON": '{"$ref": "#"}\\u0000',
    "backslashes": "\\n\\x00\\",
    # length
    "at the limit of a line": "长" * 80,
    "over the limit of a line": "长" * 81,
    "at the limit of a text": "长" * 500,
    "over the limit of a text": "长" * 501,
    "at the limit beneath marks": "\u200b".join("长" * 80),
    "very long": "长" * 20_000,
    # numbers of persons
    "phone": "打 138-0013-8000",
    "phone, pasted": "\u202a+86 138\u20110013\u20118000\u202c",
    "phone, full width": "１３８００１３８０００",
    "phone, circled": "①③⑧⓪⓪①③⑧⓪⓪⓪",
    "phone, in words": "一三八零零一三八零零零",
    "identity number": "330381 19800101 123X",
    "bank card": "6222 0212 3456 7890 128",
    "mail address": "lin＠example．org",
    "no phone": "2014-06-27至2014-07-16，15:00-16:00，170人，330381001000",
}
"""By what is wrong with them."""

HALF_A_CHARACTER = '"高\\ud83d楼"'
"""A lone surrogate, which only JSON's escapes can carry."""
