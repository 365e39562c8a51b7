"""A supervisor in a process of its own, for tests that kill it: `python -m tests.stack.supervise DIR`."""

import json
import signal
import sys
from contextlib import suppress
from pathlib import Path

from banjian.stack.signals import StopRequested, stop_requests
from tests.stack.test_supervisor import stack_of


def _on_stderr(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    with suppress(StopRequested), stop_requests(), stack_of(Path(sys.argv[1]), _on_stderr) as stack:
        pids = {name: stack.pid(name) for name in stack.names}
        print(json.dumps({"pids": pids, **stack.addresses}), flush=True)
        signal.pause()
