"""What Excel files say of courses, places and trainings; and how a table of questions is read."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from services.catalog.courses.domain.question import KINDS, LETTERS, Question, QuestionKind
from services.catalog.courses.schemas import (
    BankQuestionAnswer,
    CourseAnswer,
    EnrolmentAnswer,
    FaultyRow,
    TrainingAnswer,
)
from services.catalog.courses.use_cases.questions import Imported, Read
from services.catalog.volunteers.queries import masked_names
from shared.http.cell_faults import CellWording, faults_of, usual_headings, words_of
from shared.http.exports import Fields, Sheet
from shared.http.inputs import Name, Text
from shared.http.spreadsheet import Cell, Heading
from shared.http.texts import LANGUAGES, Texts
from shared.http.wording import Wording
from shared.kernel.cells import Fault, find_headings, guess_columns
from shared.kernel.errors import InvalidInput
from shared.kernel.text import matched, typed_code
from shared.sheets.values import Unreadable, is_error, number_of
from shared.unit_of_work import UnitOfWork

OPTIONS = tuple(f"option_{letter.lower()}" for letter in LETTERS)
COLUMNS: Mapping[str, int] = {
    "number": 8,
    "topic": 30,
    "kind": 10,
    "text": 50,
    **dict.fromkeys(OPTIONS, 24),
    "right": 10,
    "explanation": 40,
}
"""The columns of a table of questions, with their widths; it is exported as it is imported."""
NEEDED = ("topic", "kind", "text", "right")
GROUP = "import.headings.questions"
KIND_WORDS, TRUTH_WORDS = "import.choices.question_kind", "import.choices.truth"
TRUTH = ("true", "false")

_TEXT: TypeAdapter[str] = TypeAdapter(Text)
_NAME: TypeAdapter[str] = TypeAdapter(Name)
_BETWEEN = re.compile(r"[\s,，、;；/]+")


class QuestionReader:
    """Reads a table's rows, with a fault for each cell that means nothing; see :class:`Read`."""

    def __init__(self, texts: Texts, language: str) -> None:
        self._texts, self._language = texts, language
        self._cells: dict[int, Sequence[str]] = {}
        self._columns: dict[str, int] = {}
        self.faults: dict[int, list[Fault]] = {}
        self._kinds = _choices(texts, KIND_WORDS, KINDS)
        self._truth = _choices(texts, TRUTH_WORDS, TRUTH)

    def template(self) -> tuple[str, list[Heading], list[list[Cell]]]:
        """Title, headings, and a row of each kind to go by."""
        said = self._texts.render(self._language, "export.questions")
        example = self._texts.render(self._language, "question_table.examples")
        kinds = {kind: words_of(self._texts, self._language, KIND_WORDS, kind)[0] for kind in KINDS}
        truth = words_of(self._texts, self._language, TRUTH_WORDS, "true")[0]
        many = [example["a"], example["b"], example["c"], example["d"], None, None]
        empty: list[Cell] = [None] * len(OPTIONS)
        rows: list[list[Cell]] = [
            [1, example["topic"], kinds["single"], example["single"], *many, "B", example["why"]],
            [2, example["topic"], kinds["multiple"], example["multiple"], *many, "BC", None],
            [3, example["topic"], kinds["true_false"], example["true_false"], *empty, truth, None],
        ]
        return said["sheet"], [Heading(said[name], width) for name, width in COLUMNS.items()], rows

    def read(self, rows: Sequence[Sequence[str]]) -> list[Read]:
        """:raises InvalidInput: there are no headings that tell what a column is, or no rows."""
        usual = usual_headings(self._texts, ("export.questions", GROUP), COLUMNS)
        top = find_headings(rows, usual)
        self._columns = guess_columns(rows[top], usual)
        if missing := [name for name in NEEDED if name not in self._columns]:
            words = CellWording(self._texts, self._language, GROUP, {})
            raise InvalidInput(
                "question_columns_missing",
                field="file",
                columns=words.listed(words.first(GROUP, name) for name in missing),
            )
        found = []
        for row, cells in enumerate(rows[top + 1 :], top + 2):
            if any(cell.strip() for cell in cells):
                self._cells[row] = cells
                read = self._row(row, cells)
                if read is not None:
                    found.append(read)
        if not self._cells:
            raise InvalidInput("import_without_rows", field="file", row=top + 1)
        return found

    def note(self, result: Imported) -> None:
        """Adds what only the bank tells."""
        for row in result.unknown_topics:
            self._fault(
                row, "topic", "question_topic_unknown", {"topics": ", ".join(result.topics)}
            )
        for row, earlier in result.repeated:
            self._fault(row, "text", "question_repeated", {"row": earlier})

    def faulty_rows(self) -> list[FaultyRow]:
        words = CellWording(self._texts, self._language, GROUP, self._columns)
        return [
            FaultyRow(row=row, faults=[words.fault(self._cells[row], each) for each in faults])
            for row, faults in sorted(self.faults.items())
        ]

    def _row(self, row: int, cells: Sequence[str]) -> Read | None:
        said = {name: cells[column].strip() for name, column in self._columns.items()}
        for name in NEEDED:
            if not said[name]:
                self._fault(row, name, "cell_needed")
        for name, text in said.items():
            if is_error(text):
                self._fault(row, name, "cell_formula_failed")
        number = self._number(row, said.get("number", ""))
        topic = self._checked(row, "topic", said["topic"], _NAME)
        words = self._checked(row, "text", said["text"], _TEXT)
        why = self._checked(row, "explanation", said.get("explanation", ""), _TEXT)
        kind = self._kind(row, said["kind"])
        options = [self._checked(row, name, said.get(name, ""), _TEXT) for name in OPTIONS]
        while options and options[-1] is None:
            options.pop()  # at the end of the row, not between others
        filled = [each for each in options if each is not None]
        right: list[int] = []
        if kind == "true_false":
            filled = []
            right = self._truth_of(row, said["right"])
        elif kind is not None:
            if len(filled) < len(options):
                self._fault(row, OPTIONS[options.index(None)], "option_left_out")
            if len(filled) < 2:
                self._fault(row, OPTIONS[len(filled)], "options_too_few")
            if len({matched(each) for each in filled}) < len(filled):
                self._fault(row, OPTIONS[0], "options_alike")
            right = self._letters(row, said["right"], kind, len(filled))
        if row in self.faults or topic is None or words is None or kind is None:
            return None
        return Read(row, number, Question(number or 0, topic, kind, words, filled, right, why))

    def _number(self, row: int, text: str) -> int | None:
        if not text:
            return None
        try:
            number = number_of(text)
        except Unreadable as error:
            self._fault(row, "number", error.code)
            return None
        if number != int(number) or not 1 <= number < 10**6:
            self._fault(row, "number", "question_number_odd")
            return None
        return int(number)

    def _checked(self, row: int, name: str, text: str, adapter: TypeAdapter[str]) -> str | None:
        if not text:
            return None
        try:
            return adapter.validate_python(text)
        except ValidationError as error:
            self.faults.setdefault(row, []).extend(faults_of(name, error))
            return None

    def _kind(self, row: int, text: str) -> QuestionKind | None:
        if not text:
            return None
        kind = self._kinds.get(matched(text))
        for each in KINDS:
            if each == kind:
                return each
        self._no_choice(row, "kind", text, KIND_WORDS, KINDS)
        return None

    def _truth_of(self, row: int, text: str) -> list[int]:
        if not text:
            return []
        said = self._truth.get(matched(text))
        if said is None:
            self._no_choice(row, "right", text, TRUTH_WORDS, TRUTH)
            return []
        return [TRUTH.index(said)]

    def _letters(self, row: int, text: str, kind: QuestionKind, count: int) -> list[int]:
        if not text:
            return []
        said = _BETWEEN.sub("", typed_code(text)).upper()
        places = sorted({LETTERS.find(letter) for letter in said})
        if not places or places[0] < 0 or places[-1] >= count:
            self._fault(row, "right", "right_no_option", {"said": said[:20]})
        elif kind == "single" and len(places) != 1:
            self._fault(row, "right", "right_one_only")
        elif kind == "multiple" and len(places) < 2:
            self._fault(row, "right", "right_several")
        return places

    def _no_choice(self, row: int, name: str, text: str, group: str, values: Sequence[str]) -> None:
        offered = {"offered": group, "values": list(values)}
        self._fault(row, name, "cell_no_choice", {"choices": offered, "said": text[:80]})

    def _fault(
        self, row: int, name: str, code: str, facts: Mapping[str, Any] | None = None
    ) -> None:
        self.faults.setdefault(row, []).append(Fault(name, code, facts or {}))


def _choices(texts: Texts, group: str, values: Sequence[str]) -> dict[str, str]:
    return {
        matched(word): value
        for language in LANGUAGES
        for value in values
        for word in [value, *words_of(texts, language, group, value)]
    }


async def _of_courses(
    _uow: UnitOfWork, courses: Sequence[CourseAnswer], wording: Wording
) -> list[Fields]:
    return [
        {
            "first_on": each.sessions[0].on,
            "last_on": each.sessions[-1].on,
            "enrolled": each.counts.enrolled,
            "waiting": each.counts.waiting,
            "passed": each.counts.passed,
            "topics": wording.listed(each.topics),
        }
        for each in courses
    ]


COURSES = Sheet(
    "courses",
    {
        "name": 36,
        "name_en": 30,
        "organiser": 24,
        "topics": 40,
        "first_on": 12,
        "last_on": 12,
        "capacity": 8,
        "enrolled": 8,
        "waiting": 8,
        "passed": 8,
        "enrol_until": 12,
        "state": 12,
    },
    words={"state": "states.course"},
    complete=_of_courses,
)


async def _of_enrolments(
    _uow: UnitOfWork, places: Sequence[EnrolmentAnswer], _wording: Wording
) -> list[Fields]:
    return [
        {"sessions": len(each.attended), "attempts": len(each.attempts), "name": each.name or ""}
        for each in places
    ]


ENROLMENTS = Sheet(
    "enrolments",
    {
        "volunteer_no": 14,
        "name": 12,
        "team_code": 20,
        "state": 12,
        "since": 17,
        "sessions": 10,
        "attempts": 8,
        "points": 8,
        "passed_on": 12,
        "certificate_no": 16,
    },
    words={"state": "states.course_enrolment"},
    complete=_of_enrolments,
)


async def _of_questions(
    _uow: UnitOfWork, questions: Sequence[BankQuestionAnswer], wording: Wording
) -> list[Fields]:
    found: list[Fields] = []
    for each in questions:
        options = dict(zip(OPTIONS, [*each.options, *[None] * len(OPTIONS)], strict=False))
        if each.kind == "true_false":
            right = wording.word(TRUTH_WORDS, TRUTH[each.right[0]]).split("|")[0]
        else:
            right = "".join(LETTERS[place] for place in each.right)
        kind = wording.word(KIND_WORDS, each.kind).split("|")[0]
        found.append({**options, "right": right, "kind": kind})
    return found


QUESTIONS = Sheet("questions", COLUMNS, complete=_of_questions)


async def _of_trainings(
    uow: UnitOfWork, trainings: Sequence[TrainingAnswer], _wording: Wording
) -> list[Fields]:
    names = await masked_names(uow, {each.volunteer_no for each in trainings})
    return [{"person": names.get(each.volunteer_no, "")} for each in trainings]


TRAININGS_SHEET = Sheet(
    "trainings",
    {
        "volunteer_no": 14,
        "person": 12,
        "name": 36,
        "outline": 50,
        "minutes": 10,
        "organiser": 24,
        "first_on": 12,
        "last_on": 12,
        "passed_on": 12,
        "certificate_no": 16,
    },
    complete=_of_trainings,
)
