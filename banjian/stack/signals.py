"""Ctrl-C, SIGTERM and a closed terminal mean the same: stop everything in order, once."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """Somebody asked us to stop. Not an `Exception`: nothing on the way may swallow it."""


@contextmanager
def stop_requests() -> Iterator[None]:
    """Inside, the first stop signal raises `StopRequested` in the main thread; later ones wait.

    A handler, not a blocked mask: children would inherit the mask and hear no SIGTERM.
    """
    asked = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if not asked.is_set():
            asked.set()
            raise StopRequested

    before = {number: signal.signal(number, on_signal) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ends_when_terminated() -> None:
    """A terminated run of a loop ends its servers as an interrupted one does. Called by the task that raises them."""
    task = asyncio.current_task()
    assert task is not None, "run by a loop"
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
