"""The scenes of order forms' operations."""

from collections.abc import Mapping

from tests.access.scene import Kind, Scene
from tests.requests.order_forms.forms import form

FORM = form(
    ["health-clinic", "", 60, "", "", "高楼镇西村文化礼堂", "", "", ""],
    edition="2014-summer",
    township="",
)

SCENES: Mapping[str, Scene] = {
    "GET /editions/{edition_id}/order-form.xlsx": Scene(
        query=lambda p, s: {"campaign_id": "hongqiyue-2014"}
    ),
    "POST /order-forms/preview": Scene(
        Kind.MAKE, file=FORM, query=lambda p, s: {"township_code": p.township}
    ),
    "POST /order-forms": Scene(
        Kind.MAKE, file=FORM, query=lambda p, s: {"township_code": p.township}
    ),
}
