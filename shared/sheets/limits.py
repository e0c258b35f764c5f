"""What a table may be, and how it is refused."""

MOST_ROWS = 20_000
MOST_COLUMNS = 100
LONGEST_CELL = 2_000
MOST_PARTS = 1_000
"""Files inside a workbook; one of an office has some dozens."""

MOST_UNPACKED_BYTES = 64 * 1024 * 1024
"""Of a workbook once it is unpacked. One of 20,000 rows takes some 20 MB."""

MOST_MEMORY_BYTES = 768 * 1024 * 1024
"""Address space of the process that reads a file; it is never the service's own."""

MOST_CPU_SECONDS = 15
MOST_SECONDS = 25.0


class Refused(Exception):
    """The file can't be read. ``code`` is one of the locale files, ``facts`` fill its text."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
