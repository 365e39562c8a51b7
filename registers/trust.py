"""The certificate authorities that a call of ours believes: read once per process, a fiftieth of a second each time."""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """Those that come with the client; nothing that the host's environment adds."""
    return httpx.create_ssl_context(trust_env=False)
