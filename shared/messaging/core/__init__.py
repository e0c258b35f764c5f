"""The decisions of relay, consumer and inbox, without I/O.

Each is a generator that yields the steps it needs and is sent their results. The classes around
them (``shared.messaging.relay``, ``consumer``, ``inbox``) perform the steps on the real store and
broker. The simulation (``tests/simulation``) performs them on simulated ones, in every order, with
a crash between any two.
"""

from collections.abc import Awaitable, Callable, Generator
from typing import Any, TypeVar

S = TypeVar("S")
T = TypeVar("T")

Core = Generator[S, Any, T]
"""Yields steps, receives their results or errors, and returns its outcome."""


async def drive(core: Core[S, T], do: Callable[[S], Awaitable[object]]) -> T:
    """Runs ``core`` to its end; ``do`` performs one step. Errors that the core doesn't catch are
    raised.
    """
    try:
        step = next(core)
        while True:
            try:
                result = await do(step)
            except Exception as error:
                step = core.throw(error)
            else:
                step = core.send(result)
    except StopIteration as end:
        result_of_core: T = end.value
        return result_of_core
    finally:
        core.close()
