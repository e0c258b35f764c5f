"""What speaks against a request though a person may have a good reason for it: asked about, never forbidden."""

from collections.abc import Collection

from shared.kernel.errors import Conflict, Reason


class ConfirmationNeeded(Conflict):
    """Nothing was done yet; ``reasons`` are the doubts. The same request goes through once it confirms their codes."""

    def __init__(self, doubts: Collection[Reason]) -> None:
        super().__init__("confirmation_needed", confirm=", ".join(sorted({doubt.code for doubt in doubts})))
        self.because(doubts)


class Doubts:
    """Gathers the doubts about one request, so that a person is asked once and not one by one.

    ``confirmed`` are the codes that whoever asks has seen and answered with "go on anyway". A code that was not
    among the doubts does no harm. Given doubts that were gathered before, it goes on with those.
    """

    def __init__(self, confirmed: "Confirmations" = ()) -> None:
        self._confirmed: frozenset[str]
        self._open: list[Reason]
        if isinstance(confirmed, Doubts):
            self._confirmed, self._open = confirmed._confirmed, list(confirmed._open)
        else:
            self._confirmed, self._open = frozenset(confirmed), []

    def add(self, code: str, field: str, **facts: object) -> None:
        """``code`` is one of the locale files, ``field`` the part of the request that it is about."""
        if code not in self._confirmed:
            self._open.append(Reason(code, field, facts))

    def settle(self) -> None:
        """:raises ConfirmationNeeded: there are doubts that nobody has confirmed."""
        if self._open:
            raise ConfirmationNeeded(self._open)


Confirmations = Collection[str] | Doubts
"""What a use case needs to ask back: the codes that were confirmed, or doubts that its caller has found already."""
