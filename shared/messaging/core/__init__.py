"""What relay, consumer and inbox decide, without I/O.

Each is a generator that yields the steps it wants done, and is sent what they came to. The classes around
(``shared.messaging.relay``, ``consumer``, ``inbox``) do the steps on the real store and broker; the simulation
(``tests/simulation``) does them on simulated ones, in every order, with a crash between any two.
"""

from collections.abc import Awaitable, Callable, Generator
from typing import Any, TypeVar

S = TypeVar("S")
T = TypeVar("T")

Core = Generator[S, Any, T]
"""Yields steps, is sent their results or thrown their errors, and returns what it came to."""


async def drive(core: Core[S, T], do: Callable[[S], Awaitable[object]]) -> T:
    """Runs ``core`` to its end; ``do`` does one step. What the core doesn't catch passes through."""
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
