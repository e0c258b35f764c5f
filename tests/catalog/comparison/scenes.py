"""The scenes of the operations on figures of windows."""

from collections.abc import Mapping

from tests.access.scene import Kind, Scene, fields
from tests.catalog.windows.scenes import WINDOW

MONTHS = fields(first_month="2014-01", last_month="2014-06")
TABLE = f"窗口代码,月份,办件量\n{WINDOW},2014-05,120\n".encode()

SCENES: Mapping[str, Scene] = {
    "GET /window-figures": Scene(),
    "GET /window-figures.xlsx": Scene(),
    "GET /window-figures/template.xlsx": Scene(),
    "POST /window-figures/import": Scene(Kind.MAKE, file=TABLE),
    "GET /window-kinds/{code}/comparison": Scene(query=MONTHS),
    "GET /windows/{code}/comparison": Scene(query=MONTHS),
}
