"""`python -m banjian.health api|registers|worker`: one question to the process beside us, for a container's health check.

Exit 0 when it does its work, 1 with the reason on stderr. Asks on the loop-back address and says by which name
and scheme people come, as the reverse proxy does; for that the loop-back address must be a trusted proxy.
"""

import http.client
import os
import sys
from typing import Final
from urllib.parse import urlsplit

from banjian.settings import Settings
from banjian.starting import refusals_said

PATIENCE: Final = 4.0
USAGE: Final = 2


def answered(port: int, path: str, headers: dict[str, str]) -> int:
    """The status that the port answers with. Raises OSError, HTTPException."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def site(settings: Settings) -> str:
    """What is wrong with the site; empty for nothing."""
    url = urlsplit(settings.public_url)
    headers = {"Host": url.netloc or "127.0.0.1", "X-Forwarded-Proto": url.scheme or "http"}
    status = answered(settings.api_port, "/readyz", headers)
    return "" if status == 200 else f"/readyz answered {status}"


def registers(settings: Settings) -> str:
    """What is wrong with the twins; their description answers without any key."""
    status = answered(settings.twins_port, "/openapi.json", {})
    return "" if status == 200 else f"/openapi.json answered {status}"


def worker(settings: Settings) -> str:
    """What is wrong with the worker: it says that it works, and the process that said so lives."""
    path = settings.banjian_ready_file
    if path is None:
        return "BANJIAN_READY_FILE is not set"
    if not path.exists():
        return "not ready yet"
    os.kill(int(path.read_text()), 0)
    return ""


PARTS: Final = {"api": site, "registers": registers, "worker": worker}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in PARTS:
        print("usage: python -m banjian.health api|registers|worker", file=sys.stderr)
        return USAGE
    with refusals_said():
        settings = Settings()
    try:
        wrong = PARTS[arguments[0]](settings)
    except (OSError, ValueError, http.client.HTTPException) as error:
        wrong = f"{type(error).__name__}: {error}"
    if wrong:
        print(wrong, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
