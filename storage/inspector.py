"""Opens strangers' files in a process of its own, with limits on time and memory.

A PDF of 200 kB can keep a parser busy for hours or unpack to all the memory there is; here that costs one
short-lived child, never the API. The child is started by the first upload and goes when none has come for a
minute. The protocol on its pipes: whether it must be a photo, name and content, each behind its length; one line back.
"""

import asyncio
import contextlib
import io
import os
import resource
import signal
import struct
import sys
from pathlib import Path
from typing import IO, Final

from storage.uploads import FileRefusal, FileRefused, MediaType, sniff

SECONDS: Final = 20.0
MEMORY: Final = 1024 * 1024 * 1024
IDLE: Final = 60.0
CHILDREN: Final = 2
_HEAD: Final = struct.Struct("!?II")
_OK: Final = "ok"


class Inspector:
    """`storage.uploads.sniff` behind a wall. At most CHILDREN files are opened at once."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._idle: list[asyncio.subprocess.Process] = []
        self._free: asyncio.Semaphore | None = None
        self._goes: asyncio.TimerHandle | None = None

    async def sniff(self, content: bytes, declared_name: str, *, photo: bool = False) -> MediaType:
        """The type that the content really has; `photo`: it must be a picture that shows something.

        Raises:
            FileRefused: as `sniff`; TOO_COMPLEX for what cannot be opened within the limits.
        """
        if self._free is None:
            self._free = asyncio.Semaphore(CHILDREN)
        async with self._free:
            child = self._idle.pop() if self._idle else None
            if child is None or child.returncode is not None:
                child = await self._start()
            try:
                # A little longer than the child's own limit: whoever is stuck ends itself.
                async with asyncio.timeout(self.seconds + 2):
                    line = await _ask(child, content, declared_name, photo)
            except (TimeoutError, ConnectionError):
                line = b""
            except BaseException:
                _end(child)
                raise
            if not line:
                _end(child)
                await child.wait()
                raise FileRefused(FileRefusal.TOO_COMPLEX)
            self._keep(child)
        word, _space, value = line.decode("ascii").strip().partition(" ")
        if word != _OK:
            raise FileRefused(FileRefusal(value))
        return MediaType(value)

    async def _start(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "storage.inspector",
            str(self.seconds),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=Path(__file__).parents[1],
            # Nothing of ours: no address, no secret, no proxy.
            env={"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1"},
            start_new_session=True,
        )

    def _keep(self, child: asyncio.subprocess.Process) -> None:
        self._idle.append(child)
        if self._goes is not None:
            self._goes.cancel()
        self._goes = asyncio.get_running_loop().call_later(IDLE, self.close)

    def close(self) -> None:
        """Send the idle children home."""
        while self._idle:
            _end(self._idle.pop())


def _end(child: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.kill()


async def _ask(child: asyncio.subprocess.Process, content: bytes, name: str, photo: bool) -> bytes:
    assert child.stdin is not None, "a pipe"
    assert child.stdout is not None, "a pipe"
    spelled = name.encode("utf-8", "surrogatepass")
    child.stdin.write(_HEAD.pack(photo, len(spelled), len(content)) + spelled + content)
    await child.stdin.drain()
    return await child.stdout.readline()


# -- the child ---------------------------------------------------------------------------------------


def _answer(stdin: IO[bytes]) -> str | None:
    head = stdin.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    photo, name_length, length = _HEAD.unpack(head)
    name = stdin.read(name_length).decode("utf-8", "surrogatepass")
    content = stdin.read(length)
    if len(content) < length:
        return None
    try:
        return f"{_OK} {sniff(content, name, photo=photo).value}"
    except FileRefused as refused:
        return f"refused {refused.why.value}"
    except MemoryError:
        return f"refused {FileRefusal.TOO_COMPLEX.value}"


def main() -> None:
    """Serve until the other end closes; the alarm ends whoever works too long on one file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    seconds = float(sys.argv[1])
    stdin = io.BufferedReader(io.FileIO(0, closefd=False))
    while stdin.peek(1):
        signal.setitimer(signal.ITIMER_REAL, seconds)
        line = _answer(stdin)
        signal.setitimer(signal.ITIMER_REAL, 0)
        if line is None:
            return
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
