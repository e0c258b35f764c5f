"""What the teams offer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, get_args

from services.catalog.directory.domain import Entry
from shared.kernel.errors import InvalidInput

Mode = Literal["booth", "lecture", "visit", "leaflet"]
"""How it is served: at a booth (摆摊), as a lecture (讲座), at people's homes (上门), by leaflets (发放资料)."""

Provision = Literal[
    "tables", "chairs", "power", "shade", "water", "room", "projector", "loudspeaker"
]
"""What a township has to provide at the place."""
PROVISIONS: tuple[Provision, ...] = get_args(Provision)


@dataclass(eq=False, kw_only=True)
class ServiceItem(Entry):
    """One dish of the menu (服务项目).

    ``volunteers_needed`` is the least for one booth, and one more comes for each ``residents_per_volunteer`` who are
    expected, if that is given. ``minutes_per_resident`` is the time one takes. It is ordered ``notice_days`` before the
    day of service, and served ``weekly_capacity`` times a week (Monday to Sunday) at most; None sets no limit.
    ``qualification`` is what each volunteer must hold. ``risks`` tells volunteers what may happen to them, as
    志愿服务条例 (2017) Art. 12 asks. Minors do not serve where it is for ``adults_only``, since it is dangerous, and
    volunteers have a written agreement where ``agreement_needed`` (浙江省志愿服务条例 Art. 21).
    """

    kind: ClassVar[str] = "item"
    CONTENT: ClassVar[tuple[str, ...]] = (
        *Entry.CONTENT,
        "category_code",
        "teams",
        "volunteers_needed",
        "minutes_per_resident",
        "mode",
        "residents_per_volunteer",
        "notice_days",
        "weekly_capacity",
        "township_provides",
        "qualification",
        "risks",
        "adults_only",
        "agreement_needed",
    )

    category_code: str
    teams: list[str]
    volunteers_needed: int
    minutes_per_resident: int
    mode: Mode = "booth"
    residents_per_volunteer: int | None = None
    notice_days: int = 0
    weekly_capacity: int | None = None
    township_provides: list[Provision] = field(default_factory=list)
    qualification: str | None = None
    risks: str | None = None
    adults_only: bool = False
    agreement_needed: bool = False
    picture: str | None = None
    """The id of its picture. No form writes it; see :mod:`services.catalog.pictures`."""

    def __post_init__(self) -> None:
        refuse_repeated("teams", self.teams)
        refuse_repeated("township_provides", self.township_provides)

    def content(self) -> dict[str, object]:
        """Returns all that may be corrected, by field."""
        return {name: getattr(self, name) for name in self.CONTENT}


def refuse_repeated(field: str, codes: Sequence[str]) -> None:
    """:raises InvalidInput: a code stands twice; names the field and the code."""
    repeated = sorted({code for code in codes if codes.count(code) > 1})
    if repeated:
        raise InvalidInput("repeated_code", field=field, codes=", ".join(repeated))
