"""The scenes of the operations on the wording of messages."""

from collections.abc import Mapping

from tests.access.scene import PathFill, Scene, fields

WORDS = {
    "subject": "{项目}：{评分} 分",
    "text": "{镇街}给“{项目}”打了 {评分} 分。",
    "subject_en": "{item}: {score}",
    "text_en": "{township} gave {item} {score} of 5.",
}
SCENES: Mapping[str, Scene] = {
    "GET /message-templates": Scene(),
    "GET /message-templates/{code}": Scene(),
    "PUT /message-templates/{code}": Scene(body=fields(**WORDS), headers={"If-Match": "*"}),
    "POST /message-templates/{code}/restore": Scene(body=fields(number=0)),
    "POST /message-templates/{code}/look": Scene(body=fields(**WORDS)),
    "POST /message-templates/{code}/try": Scene(
        body=fields(**WORDS, channel="email", language="zh-CN"), absent=True
    ),
}
PATHS: Mapping[str, PathFill] = {"code": lambda place, scope: "message.service_rated"}
