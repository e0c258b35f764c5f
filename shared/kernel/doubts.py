"""Objections to a request that a person may have a good reason for: confirmed, never forbidden."""

from collections.abc import Collection

from shared.kernel.errors import Conflict, Reason


class ConfirmationNeeded(Conflict):
    """Nothing was done. ``reasons`` are the doubts; the request succeeds once it confirms their
    codes.
    """

    def __init__(self, doubts: Collection[Reason]) -> None:
        super().__init__(
            "confirmation_needed", confirm=", ".join(sorted({doubt.code for doubt in doubts}))
        )
        self.because(doubts)


class Doubts:
    """Collects the doubts about one request, so that a person confirms all of them at once.

    ``confirmed`` are the codes that the caller has confirmed. A code that is not among the doubts
    does no harm. Doubts that were collected before are continued.
    """

    def __init__(self, confirmed: "Confirmations" = ()) -> None:
        self._confirmed: frozenset[str]
        self._open: list[Reason]
        if isinstance(confirmed, Doubts):
            self._confirmed, self._open = confirmed._confirmed, list(confirmed._open)
        else:
            self._confirmed, self._open = frozenset(confirmed), []

    def add(self, code: str, field: str, **facts: object) -> None:
        """Adds a doubt. ``code`` is a code of the locale files, ``field`` the part of the request
        that it is about.
        """
        if code not in self._confirmed:
            self._open.append(Reason(code, field, facts))

    def settle(self) -> None:
        """Ends the collection.

        :raises ConfirmationNeeded: there are doubts that nobody has confirmed.
        """
        if self._open:
            raise ConfirmationNeeded(self._open)


Confirmations = Collection[str] | Doubts
"""What a use case needs to ask back: the codes that were confirmed, or doubts that its caller has
found already."""
