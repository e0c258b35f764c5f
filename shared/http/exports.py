"""Lists as Excel files: an operation beside the one that reads a list, with the same filters.

    add_export(router, "/teams.xlsx", list_teams, TEAMS, action="read_directory")

It asks for page after page, as a reader would who pages to the end, so it shows what the list shows
to whoever asks, and needs as much memory as one page.
"""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request

from shared.http.inputs import Uow
from shared.http.openapi import secured
from shared.http.spreadsheet import MOST_ROWS, Cell, ExcelFile, Heading, exported
from shared.http.texts import Texts, preferred_language
from shared.http.wording import Wording
from shared.kernel.errors import InvalidInput
from shared.unit_of_work import UnitOfWork

AT_A_TIME = 500
"""Entries that are read at once."""

Read = Callable[..., Awaitable[Any]]
"""An operation that gives a page of a list: with ``items``, ``next_after``, and ``total`` where the
list is counted. It takes ``uow``, and ``after`` and ``limit`` or a ``body`` that has them."""

Fields = Mapping[str, Any]
Complete = Callable[[UnitOfWork, Sequence[Any], Wording], Awaitable[Sequence[Fields]]]
"""Gives, for each entry of a page, the values of columns that the entries themselves lack."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file says of each entry of a list.

    ``name``: its words stand in the service's locales as ``export.<name>``: ``sheet``, its title, and what
    stands above each column.
    ``columns``: the fields of an entry, and how wide each is, in characters.
    ``words``: for fields whose values are codes, the group of the reader's words for them.
    """

    name: str
    columns: Mapping[str, int]
    words: Mapping[str, str] = field(default_factory=dict)
    complete: Complete | None = None

    def headings(self, texts: Texts, language: str) -> list[Heading]:
        said = texts.render(language, f"export.{self.name}")
        return [Heading(said[name], width) for name, width in self.columns.items()]


def add_export(
    router: APIRouter,
    path: str,
    read: Read,
    sheet: Sheet,
    *,
    action: str,
    method: str = "GET",
    refusals: Sequence[int] = (),
) -> None:
    """Adds the operation that answers with the whole list of ``read`` as a file.

    It takes what ``read`` takes, but for where a page begins and ends. ``refusals`` are the statuses besides 422 by
    which ``read`` refuses.
    """
    taken = inspect.signature(read, eval_str=True).parameters
    paging = {"after", "limit"} & taken.keys()

    async def export(request: Request, uow: Uow, **asked: Any) -> ExcelFile:
        texts: Texts = request.app.state.texts
        wording = Wording(texts, preferred_language(request.headers.get("accept-language")))
        title = texts.render(wording.language, f"export.{sheet.name}")["sheet"]
        return await exported(
            sheet.headings(texts, wording.language),
            _rows(uow, pages(read, {"uow": uow, **asked}), sheet, wording),
            title=title,
            filename=f"{title} {uow.today().isoformat()}.xlsx",
        )

    own = inspect.signature(export, eval_str=True).parameters
    parameters = [own["request"], *(each for name, each in taken.items() if name not in paging)]
    # FastAPI reads an operation's parameters from its signature; mypy knows no such attribute of functions.
    export.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in parameters]
    )
    router.add_api_route(
        path,
        export,
        methods=[method],
        name=f"export_{sheet.name}",
        summary=f"The same as an Excel file: {path.removeprefix('/').removesuffix('.xlsx')}",
        response_class=ExcelFile,
        response_model=None,
        **secured(action, *refusals, 422),
    )


async def pages(read: Read, asked: Mapping[str, Any]) -> AsyncIterator[Sequence[Any]]:
    """Yields the entries, some at a time. :raises InvalidInput: there are more than a file may have."""
    after: Any = None
    read_so_far = 0
    while True:
        page = await read(**_of_page(asked, after))
        read_so_far += len(page.items)
        if max(read_so_far, getattr(page, "total", 0)) > MOST_ROWS:
            raise InvalidInput("too_many_to_export", most=MOST_ROWS)
        yield page.items
        after = page.next_after
        if after is None:
            return


def _of_page(asked: Mapping[str, Any], after: Any) -> Mapping[str, Any]:
    body = asked.get("body")
    if body is not None:
        return {**asked, "body": body.model_copy(update={"after": after, "limit": AT_A_TIME})}
    beginning = {"after": after} if after is not None else {}
    return {**asked, **beginning, "limit": AT_A_TIME}


async def _rows(
    uow: UnitOfWork, pages: AsyncIterator[Sequence[Any]], sheet: Sheet, wording: Wording
) -> AsyncIterator[Sequence[Sequence[Cell]]]:
    async for page in pages:
        more: Sequence[Fields] = [{}] * len(page)
        if sheet.complete is not None:
            more = await sheet.complete(uow, page, wording)
        yield [
            [_cell(sheet, name, entry, values, wording) for name in sheet.columns]
            for entry, values in zip(page, more, strict=True)
        ]


def _cell(sheet: Sheet, name: str, entry: Any, values: Fields, wording: Wording) -> Cell:
    value = values[name] if name in values else getattr(entry, name)
    group = sheet.words.get(name)
    if isinstance(value, (list, tuple)):
        if group is None:
            return ", ".join(str(each) for each in value)
        return wording.listed(wording.word(group, str(each)) for each in value)
    if group is not None and value is not None:
        return wording.word(group, str(value))
    cell: Cell = value
    return cell
