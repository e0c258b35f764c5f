"""Which object an address is about, and that nothing can be replaced unseen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from cli.documents import openapi
from services.embedded import build_all
from services.notify.inbox.domain.recipient import Recipient
from shared.http.entity_tags import NEEDED, kind_of, named_last
from shared.http.texts import Texts
from shared.kernel.aggregate import Aggregate
from shared.kernel.precondition import ChangedMeanwhile, Target
from tests.shared.test_words import aggregates
from tests.support.tree import SERVICES, folder_of

NO_AGGREGATES = {
    "photo",
    *("people", "invitation", "planning_campaign", "township"),
    *("answer", "session", "material", "question", "training", "course_certificate"),
    *("consultation", "import", "service", "campaign", "queue", "staffing", "hour", "stop"),
    *("event", "schema", "channel"),
}
"""What some addresses name and no version is kept of."""

UNBOUND = {Recipient.kind}
"""What can be replaced without a word about its version; see :func:`services.notify.inbox.use_cases.set_preference`."""


UNVERSIONED = {"answer"}
"""Of which the last word counts, from whichever device it comes: an answer in a test that somebody sits."""


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, Any]]:
    return {
        service.name: openapi(service) for service in build_all(tmp_path_factory.mktemp("data"))
    }


@pytest.mark.parametrize(
    ("path", "collection", "parameter"),
    [
        ("/teams/{code}", "teams", "code"),
        ("/teams/{code}/retire", "teams", "code"),
        ("/plans/{plan_id}/stops/{stop_id}/link", "stops", "stop_id"),
        ("/orders", "orders", None),
        ("/accounts/self/password", "password", None),
    ],
)
def test_what_an_address_is_about_stands_last_in_it(
    path: str, collection: str, parameter: str | None
) -> None:
    assert named_last(path) == (collection, parameter)


@pytest.mark.parametrize("service", SERVICES)
def test_every_address_of_an_object_names_a_kind(
    service: str, documents: Mapping[str, Mapping[str, Any]]
) -> None:
    kinds = {kind for kind, _ in aggregates(service)} | NO_AGGREGATES
    named = {kind_of(named_last(path)[0]) for path in documents[service]["paths"] if "{" in path}
    assert named
    assert named - kinds == set()


@pytest.mark.parametrize("service", SERVICES)
def test_that_an_object_is_not_there_can_be_said(
    service: str, documents: Mapping[str, Mapping[str, Any]]
) -> None:
    kinds = {kind for kind, _ in aggregates(service)}
    named = {
        kind_of(named_last(path)[0])
        for path, operations in documents[service]["paths"].items()
        if any("404" in operation["responses"] for operation in operations.values())
    }
    texts = Texts(folder_of(service) / "locales")
    assert named & kinds
    assert {kind for kind in named & kinds if not texts.has(f"{kind}.not_found")} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_put_replaces_is_what_versions_are_compared_for(
    service: str, documents: Mapping[str, Mapping[str, Any]]
) -> None:
    document = documents[service]
    known = {
        of.kind: of for of in _below(Aggregate) if of.__module__.startswith(f"services.{service}.")
    }
    for path, operations in document["paths"].items():
        collection, parameter = named_last(path)
        if parameter is None or "put" not in operations or kind_of(collection) in UNVERSIONED:
            continue
        operation, kind = operations["put"], kind_of(collection)
        body = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition(
            "/"
        )[2]
        fields = set(document["components"]["schemas"][body]["properties"])
        headers = {given["name"] for given in operation["parameters"] if given["in"] == "header"}
        content = set(known[kind].CONTENT)
        if kind in UNBOUND:
            assert (content, NEEDED in operation["responses"]) == (set(), False), path
        else:
            assert content == fields, path
            assert operation["responses"].keys() >= {"412", NEEDED}, path
            assert headers >= {"If-Match", "If-None-Match"}, path


@dataclass(eq=False, kw_only=True)
class Leaflet(Aggregate):
    kind: ClassVar[str] = "leaflet"
    CONTENT: ClassVar[tuple[str, ...]] = ("title",)

    title: str
    version: int = 1

    @property
    def key(self) -> str:
        return "one"


def test_a_transaction_that_was_not_kept_is_forgotten_and_one_that_was_is_the_request_s_own() -> (
    None
):
    target = Target("leaflet", "one", replaces=True, versions=frozenset({1}))

    def change(version: int) -> None:
        target.begin()
        target.meet(leaflet := Leaflet(title="old", version=version))
        leaflet.title = "new"
        target.settle()

    change(1)
    with pytest.raises(
        ChangedMeanwhile
    ):  # the store refused the first, and somebody else came in between
        change(2)
    change(1)
    target.keep()
    change(2)


def _below(kind: type[Aggregate]) -> Iterator[type[Aggregate]]:
    for below in kind.__subclasses__():
        if "kind" in vars(below):
            yield below
        yield from _below(below)
