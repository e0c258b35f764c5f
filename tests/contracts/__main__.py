"""``python -m tests.contracts``, a part of ``make check``: refuses an incompatible change of an event."""

import sys

from tests.contracts import snapshot
from tests.contracts.compatibility import breaks


def main() -> None:
    """Compares the events of the code with the recorded ones.

    :raises SystemExit: one of them changed as its version must not; each change is named, with what to do.
    """
    if found := breaks(snapshot.recorded(), snapshot.present()):
        sys.exit("\n".join(["Events changed within their version:", *map(str, found)]))


if __name__ == "__main__":
    main()
