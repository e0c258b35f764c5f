"""The contract as pages: a catalogue of events to read, without an account and without script."""

import json
from collections.abc import Mapping
from html import escape
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from services.notify.contract.queries.catalogue import (
    Published,
    describe,
    get_published,
    search_published,
)
from services.notify.contract.queries.schemas import Field, Model, models_of
from services.notify.contract.routes.documents import EventType
from shared.contracts import PUBLISHERS
from shared.http.entity_tags import POLLED
from shared.http.inputs import Search
from shared.http.openapi import ignoring_unknown, public
from shared.http.resident_pages import (
    chosen_language,
    language_of,
    link,
    page_route,
    resident_page,
    root_of,
    texts_of,
)
from shared.http.texts import Texts

router = APIRouter(tags=["contract"], route_class=page_route("contract"), dependencies=[POLLED])

Language = Annotated[
    str | None, Query(max_length=10, description="zh-CN or en; by default the browser's")
]
STYLE = """
body{font-size:16px}
header,main{max-width:56rem}
code,pre{font-family:ui-monospace,SFMono-Regular,Consolas,"Liberation Mono",monospace;font-size:.875rem}
pre{margin:.5rem 0;padding:.75rem;overflow-x:auto;background:#f4f6f9;border:1px solid var(--line);
border-radius:8px;line-height:1.5;overflow-wrap:normal}
.card h2{margin-bottom:.5rem}
.card .events{margin:.25rem 0}
.promises ul{padding-left:1.2em;list-style:disc}
.events li{padding:.35rem 0;border-top:1px solid var(--line)}
.events li:first-child{border-top:0}
.events a,.promises a{display:inline-flex;align-items:center;min-height:32px}
.events a{font-family:ui-monospace,SFMono-Regular,Consolas,"Liberation Mono",monospace;font-size:.875rem}
.field{padding:.5rem 0;border-top:1px solid var(--line)}
.field:first-child{border-top:0}
.field p{margin:0}
.filter{display:grid;gap:.75rem;margin:0 0 1rem}
@media (min-width:40rem){.filter{grid-template-columns:1fr 12rem auto;align-items:end}
.field{display:grid;grid-template-columns:15rem 1fr;gap:0 1rem}.field .quiet{grid-column:2}
dl{display:grid;grid-template-columns:11rem 1fr;gap:.25rem 1rem}dd{margin:0}}
"""


@router.get(
    "/public/contract",
    summary="The page that lists all events, for developers of other systems",
    response_class=HTMLResponse,
    **ignoring_unknown(public("read_contract", 422)),
)
async def show_contract(
    request: Request,
    search: Search = None,
    publisher: Annotated[str, Query(max_length=20)] = "",
    language: Language = None,
) -> HTMLResponse:
    texts, spoken = texts_of(request), language_of(request)
    said = texts.words_of(spoken, "contract.page")
    found = search_published(texts, search, publisher or None)
    count = texts.render(spoken, "contract.count", {"count": len(found)})["text"]
    listed = "".join(
        f'<section class="card"><h2>{escape(name)}</h2><ul class="events">{"".join(rows)}</ul></section>'
        for name, rows in (
            (_service(texts, spoken, name), [_row(request, each) for each in events])
            for name, events in groupby(found, key=lambda each: each.publisher)
        )
    )
    introduction = "" if search or publisher else _introduction(said)
    body = (
        f"{introduction}{_filter(request, search or '', publisher)}"
        f'<p role="status">{escape(count if found else said["none"])}</p>{listed}'
    )
    return resident_page(request, title=said["title"], body=body, has_form=True, style=STYLE)


@router.get(
    "/public/contract/events/{event_type}",
    summary="The page about one event: what it says, its fields, an example",
    response_class=HTMLResponse,
    **ignoring_unknown(public("read_contract", 404, 422)),
)
async def show_event(
    request: Request, event_type: EventType, language: Language = None
) -> HTMLResponse:
    event = get_published(event_type)
    texts, spoken = texts_of(request), language_of(request)
    said = texts.words_of(spoken, "contract.event")
    models = "".join(
        _model(texts, spoken, model, is_first=place == 0)
        for place, model in enumerate(models_of(event, texts, spoken))
    )
    schema = f"{root_of(request)}contract/schemas/{event.type}.json"
    body = (
        f'<section class="card"><h2>{escape(said["says"])}</h2>'
        f"<p>{escape(describe(texts, spoken, event))}</p>{_facts(request, event)}</section>{models}"
        f'<section class="card"><h2>{escape(said["example"])}</h2><p>{escape(said["example_text"])}</p>'
        f'<pre tabindex="0"><code>{escape(_indented(event.message()))}</code></pre>'
        f'<p class="acts"><a href="{escape(schema)}">{escape(said["schema"])}</a></p></section>'
        f'<p class="acts">'
        f"{link(request, root_of(request) + 'contract', texts.words_of(spoken, 'contract.page')['all'])}</p>"
    )
    return resident_page(request, title=event.type, body=body, style=STYLE + "h1{font-size:1.2rem}")


def _introduction(said: Mapping[str, str]) -> str:
    promises = "".join(
        f"<li>{escape(said[name])}</li>"
        for name in ("promise_added", "promise_version", "promise_order")
    )
    return (
        f"<p>{escape(said['intro'])}</p>"
        f'<section class="card promises"><h2>{escape(said["promises"])}</h2><ul>{promises}</ul>'
        f'<p><a href="contract/asyncapi.json">{escape(said["asyncapi"])}</a></p></section>'
    )


def _filter(request: Request, search: str, publisher: str) -> str:
    texts, spoken = texts_of(request), language_of(request)
    said = texts.words_of(spoken, "contract.page")
    choices = "".join(
        f'<option value="{name}"{" selected" if name == publisher else ""}>{escape(label)}</option>'
        for name, label in (
            ("", said["every_publisher"]),
            *((each, _service(texts, spoken, each)) for each in PUBLISHERS),
        )
    )
    kept = chosen_language(request)
    language = f'<input type="hidden" name="language" value="{kept}">' if kept else ""
    return (
        f'<form class="filter" role="search" action="contract">{language}'
        f'<label>{escape(said["search"])}<span class="hint">{escape(said["search_hint"])}</span>'
        f'<input type="text" name="search" maxlength="80" value="{escape(search)}"></label>'
        f'<label>{escape(said["publisher"])}<select name="publisher">{choices}</select></label>'
        f"<button>{escape(said['find'])}</button></form>"
    )


def _service(texts: Texts, language: str, name: str) -> str:
    return texts.word(language, "contract.services", name) or name


def _row(request: Request, event: Published) -> str:
    texts, spoken = texts_of(request), language_of(request)
    stop = "。" if spoken == "zh-CN" else ". "
    first = describe(texts, spoken, event).partition(stop)[0]
    language = chosen_language(request)
    query = f"?language={language}" if language else ""
    return (
        f'<li><a href="contract/events/{event.type}{query}">{event.type}</a><br>'
        f"{escape(first.rstrip('.'))}"
    )


def _facts(request: Request, event: Published) -> str:
    texts, spoken = texts_of(request), language_of(request)
    said = texts.words_of(spoken, "contract.event")
    since = {"version": event.version, "release": event.since}
    shown = escape(texts.render(spoken, "contract.since", since)["text"])
    if event.newer is not None:
        shown += f"<br>{escape(said['newer'])}{link(request, event.newer, event.newer)}"
    comma = texts.word(spoken, "phrases", "list_comma") or ", "
    consumers = comma.join(_service(texts, spoken, each) for each in event.consumers)
    publisher = texts.words_of(spoken, "contract.page")["publisher"]
    rows = (
        (publisher, escape(_service(texts, spoken, event.publisher))),
        (said["version"], shown),
        (said["consumers"], escape(consumers)),
        (said["stream"], f"<code>{escape(event.stream)}:…</code>"),
        (
            said["routing_key"],
            f"<code>{escape(event.routing_key)}</code><br>{escape(said['shard'])}",
        ),
    )
    listed = "".join(f"<dt>{escape(label)}</dt><dd>{html}</dd>" for label, html in rows)
    return f"<dl>{listed}</dl>"


def _model(texts: Texts, language: str, model: Model, *, is_first: bool) -> str:
    heading = (
        texts.words_of(language, "contract.event")["fields"]
        if is_first
        else texts.render(language, "contract.fields_of", {"model": model.name})["text"]
    )
    rows = "".join(
        f'<div class="field"><code>{escape(each.name)}</code><p>{escape(each.words)}</p>'
        f'<p class="quiet">{_typed(texts, language, each)}</p></div>'
        for each in model.fields
    )
    return f'<section class="card"><h2>{escape(heading)}</h2>{rows}</section>'


def _typed(texts: Texts, language: str, field: Field) -> str:
    """HTML that says which values a field has, and whether it may be missing."""
    parts = [_type(texts, language, field.schema)]
    if not field.always:
        default = {"value": json.dumps(field.schema.get("default"), ensure_ascii=False)}
        parts.append(escape(texts.render(language, "contract.default", default)["text"]))
    return texts.words_of(language, "contract.types")["but"].join(parts)


def _type(texts: Texts, language: str, schema: dict[str, Any]) -> str:
    words = texts.words_of(language, "contract.types")
    if "$ref" in schema:
        return f"<code>{escape(schema['$ref'].rpartition('/')[2])}</code>"
    if "anyOf" in schema:
        return words["and"].join(_type(texts, language, part) for part in schema["anyOf"])
    if "items" in schema:
        return f"{escape(words['list'])} {_type(texts, language, schema['items'])}"
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if values:
        shown = " ".join(f"<code>{escape(str(value))}</code>" for value in values)
        return f"{escape(words['one_of'])}{shown}"
    said = [escape(words.get(schema.get("format", ""), words[schema["type"]]))]
    if "pattern" in schema:
        said.append(f"{escape(words['pattern'])}<code>{escape(schema['pattern'])}</code>")
    if "maxLength" in schema:
        most = {"length": schema["maxLength"]}
        said.append(escape(texts.render(language, "contract.longest", most)["text"]))
    return words["and"].join(said)


def _indented(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
