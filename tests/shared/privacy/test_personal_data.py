"""Numbers and addresses of persons are found in every spelling, and other numbers are left alone."""

import pytest
from pydantic import BaseModel

from shared.http.free_text import ask_about
from shared.http.inputs import Body, Name, Text
from shared.http.texts import Texts
from shared.kernel.doubts import ConfirmationNeeded, Doubts
from shared.privacy.personal_data import Kind, named, personal_data_in

PHONES = [
    "打13800138000", "138-0013-8000", "138.0013.8000", "138·0013·8000", "138 0013 8000", "138\u20110013\u20118000",
    "138—0013—8000", "138_0013_8000", "138~0013~8000", "138,0013,8000", "138/0013/8000", "138：0013：8000",
    "138。0013。8000",
    "138\n0013\n8000", "(138)0013 8000", "１３８００１３８０００", "１３８－００１３－８０００",
    "1 3 8 0 0 1 3 8 0 0 0",
    "13 80 01 38 00 0", "①③⑧⓪⓪①③⑧⓪⓪⓪", "❶❸❽⓿⓿❶❸❽⓿⓿⓿", "¹³⁸⁰⁰¹³⁸⁰⁰⁰", "₁₃₈₀₀₁₃₈₀₀₀", "⒈⒊⒏0 0⒈⒊⒏0 0 0",
    "𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎", "١٣٨٠٠١٣٨٠٠٠", "138\u200b0013\u200b8000", "138\u00ad0013\u00ad8000", "138\ufeff0013\u20608000",
    "1\ufe0f\u20e33\ufe0f\u20e38\ufe0f\u20e30\ufe0f\u20e30\ufe0f\u20e31\ufe0f\u20e33\ufe0f\u20e38\ufe0f\u20e3000",
    "一三八零零一三八零零零", "幺三八〇〇一三八〇〇〇",
    "联系人张三一三八零零一三八零零零转", "壹叁捌零零壹叁捌零零零",
    "1三8零01三80零0",
    "138OO138OOO", "\u202a+86 138\u20110013\u20118000\u202c", "008613800138000", "86-138-0013-8000", "tel13800138000x",
    "13800138000/13900139000", "第一13800138000", "0577-65812345", "(0577)65812345", "057765812345", "010 6581 2345",
    "+852 9123 4567", "微信同号 138，0013，8000", "138-0013，8000",
    "一三八，零零一三，八零零零", "138ー0013ー8000", "138一0013一8000", "１３８一００１３一８０００",
]  # fmt: skip
IDENTITIES = [
    "330381198001011234", "330381 19800101 123X", "330381-1980-01-01-1234", "３３０３８１１９８００１０１１２３ｘ",
    "330381800101123", "\u202a330381198001011234\u202c", "3 3 0 3 8 1 1 9 8 0 0 1 0 1 1 2 3 4",
]  # fmt: skip
CARDS = [
    "6222021234567890128",
    "6222 0212 3456 7890 128",
    "6222-0212-3456-7890-128",
    "4111 1111 1111 1111",
]
ADDRESSES = [
    "lin@example.org",
    "lin＠example．org",
    "lin (at) example.org",
    "lin@\u200bexample.org",
    "林志远@mail.example.cn",
]

NOTHING = [
    "2014-06-27", "2014-06-27至2014-07-16", "2014.06.27-2014.07.16", "06-27 2014-07-16", "2014年6月27日8时30分",
    "2014-06-27 18:30", "6月27日8:00-11:30，14:00-16:30", "15:00-16:00, 170人", "13、14、15、16、17、18日",
    "330381001000", "点单 0190a1b2-1500-7123-8abc-123456789012", "V-000123", "第 20140627001 号", "20140627083000123",
    "WJ-2014-0000001234", "预计 150 人，1380 份", "500,000 元、1,500,000 元", "100~200人、300~400人",
    "二〇一四年六月二十七日",
    "一、二、三、四、五、六、七、八、九、十", "三四五，一二三四，五六七八", "1一3 组、2一4 组、10一12 组",
    "12345 热线", "120.651234, 27.781234", "6901234567892",
    "91330381MA2852XY0A",
    "category at home", "高楼镇西村桥头路口 3 号", "桌子 10 张、椅子 200 把", "@所有人", "",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kind"),
    [(text, "phone") for text in PHONES]
    + [(text, "identity") for text in IDENTITIES]
    + [(text, "bank_card") for text in CARDS]
    + [(text, "email") for text in ADDRESSES],
)
def test_a_persons_number_is_found_however_it_is_spelt(text: str, kind: Kind) -> None:
    assert kind in personal_data_in(text)
    assert kind in personal_data_in(f"请联系{text}，谢谢")


@pytest.mark.parametrize("text", NOTHING)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert personal_data_in(text) == frozenset()


class Part(BaseModel):
    remark: Text | None = None


class Request(Body):
    place: Name = "村口"
    reason: Text | None = None
    parts: tuple[Part, ...] = ()


def test_every_text_of_a_request_is_asked_about_at_once_without_repeating_the_number() -> None:
    body = Request(reason="打 138-0013-8000", parts=(Part(), Part(remark="lin＠example．org")))
    with pytest.raises(ConfirmationNeeded) as asked:
        ask_about(body).settle()
    assert [(reason.code, reason.where) for reason in asked.value.reasons] == [
        ("personal_data_in_text", "reason"),
        ("personal_data_in_text", "parts[1].remark"),
    ]
    texts = Texts()
    for language, words in (("zh-CN", "电话号码"), ("en", "a phone number")):
        reason = asked.value.reasons[0]
        said = texts.render(language, reason.code, reason.facts)
        assert words in said["detail"]
        assert "138" not in str(said)
    ask_about(body, {"personal_data_in_text"}).settle()


def test_a_use_case_goes_on_with_the_doubts_that_its_caller_found() -> None:
    doubts = Doubts(ask_about(Request(reason="13800138000")))
    doubts.add("too_slow", "place")
    with pytest.raises(ConfirmationNeeded) as asked:
        doubts.settle()
    assert {reason.code for reason in asked.value.reasons} == {"personal_data_in_text", "too_slow"}


def test_several_kinds_are_listed_in_the_readers_language() -> None:
    kinds = named(personal_data_in("13800138000，lin@example.org"))
    texts = Texts()
    assert (
        "邮箱地址、电话号码"
        in texts.render("zh-CN", "personal_data_in_text", {"kinds": kinds})["detail"]
    )
    assert (
        "an e-mail address, a phone number"
        in texts.render("en", "personal_data_in_text", {"kinds": kinds})["detail"]
    )
