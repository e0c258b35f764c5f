"""Bodies and answers about windows, posts and holders."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.catalog.directory.schemas import EntryAnswer, EntryBody
from services.catalog.windows.domain import (
    Holding,
    PledgeReturnReason,
    PledgeState,
    Post,
    PostState,
    Window,
    WindowState,
)
from services.catalog.windows.queries import HolderView, PostView, WindowView
from shared.http.inputs import Answer, Body, Code, Day, Line, Name, ReasonBody
from shared.http.people import VolunteerNumber


class KindBody(EntryBody):
    """What windows are for, such as registering marriages."""


class KindAnswer(EntryAnswer):
    """What windows are for."""


class WindowBody(EntryBody):
    kind_code: Code
    team_code: Annotated[Code, Field(description="whose leader keeps it")]
    place: Annotated[Name, Field(description="where people find it")]
    leads: Annotated[bool, Field(description="it is the one that leads")] = False


class WindowAnswer(EntryAnswer):
    """``posts`` are those that it has now, of which ``held`` are held today."""

    kind_code: str
    kind_name: str
    kind_name_en: str
    team_code: str
    place: str
    leads: bool
    state: WindowState
    posts: int
    held: int

    @classmethod
    def of(cls, view: WindowView) -> "WindowAnswer":
        """Returns the answer about a window."""
        place, kind = view.window, view.kind
        return cls(
            code=place.code,
            name=place.name,
            name_en=place.name_en,
            kind_code=place.kind_code,
            kind_name=place.kind_code if kind is None else kind.name,
            kind_name_en=place.kind_code if kind is None else kind.name_en,
            team_code=place.team_code,
            place=place.place,
            leads=place.leads,
            state=place.state,
            posts=view.posts,
            held=view.held,
        )


class PostBody(EntryBody):
    """A counter or another post of a window."""


class HolderBody(Body):
    volunteer_no: VolunteerNumber
    first_on: Day
    last_on: Annotated[Day | None, Field(description="included; null: until further notice")] = None


class EndBody(Body):
    last_on: Annotated[Day, Field(description="the last day on which the post is held")]


class PledgeBody(Body):
    text: Annotated[Line, Field(description="one line, without names")]


class PledgeReturnBody(ReasonBody):
    reason_code: PledgeReturnReason


class PostHolderAnswer(Answer):
    """``name`` is for those who may know it."""

    id: str
    post_id: str
    volunteer_no: str
    name: str | None
    first_on: date
    last_on: date | None
    is_current: bool
    pledge: str | None
    pledge_state: PledgeState
    reason_code: PledgeReturnReason | None
    reason: str | None

    @classmethod
    def of(cls, view: HolderView) -> "PostHolderAnswer":
        """Returns the answer about a holder."""
        held = view.holding
        return cls(
            id=held.id,
            post_id=held.post_id,
            volunteer_no=held.volunteer_no,
            name=view.name,
            first_on=held.first_on,
            last_on=held.last_on,
            is_current=view.is_current,
            pledge=held.pledge,
            pledge_state=held.pledge_state,
            reason_code=held.reason_code,
            reason=held.reason,
        )


class PostAnswer(Answer):
    """``is_held``: somebody holds it today. ``holders`` are those whom the reader may know of, the latest first."""

    id: str
    window_code: str
    name: str
    name_en: str
    state: PostState
    is_held: bool
    holders: list[PostHolderAnswer]

    @classmethod
    def of(cls, view: PostView) -> "PostAnswer":
        """Returns the answer about a post."""
        post = view.post
        return cls(
            id=post.id,
            window_code=post.window_code,
            name=post.name,
            name_en=post.name_en,
            state=post.state,
            is_held=view.is_held,
            holders=[PostHolderAnswer.of(each) for each in view.holders],
        )


class OwnPostAnswer(Answer):
    """A post that whoever asks holds or held."""

    holder: PostHolderAnswer
    post_name: str
    post_name_en: str
    window_code: str
    window_name: str
    window_name_en: str
    place: str

    @classmethod
    def of(cls, held: Holding, post: Post, window: Window, today: date) -> "OwnPostAnswer":
        """Returns the answer about a post, to the person."""
        return cls(
            holder=PostHolderAnswer.of(HolderView(held, None, held.covers(today))),
            post_name=post.name,
            post_name_en=post.name_en,
            window_code=window.code,
            window_name=window.name,
            window_name_en=window.name_en,
            place=window.place,
        )
