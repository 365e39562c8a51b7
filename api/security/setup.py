"""Wires sign-ins and guards into an application."""

from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.middleware import Body, Door, Envelope, Language
from api.security.limiting import Limiter
from api.security.settings import SecuritySettings


def install(app: FastAPI, settings: SecuritySettings) -> None:
    """Settings, limits and the middleware chain.

    `app.state.database` (an async_sessionmaker) must be set before the first request.
    """
    app.state.security = settings
    app.state.limiter = Limiter(settings.limits)
    # The last added is the outermost.
    app.add_middleware(Body)
    app.add_middleware(Door, settings=settings)
    app.add_middleware(Language)
    app.add_middleware(Envelope, settings=settings)
    if settings.trusted_proxies:
        # Goes through X-Forwarded-For from the right and stops at the first address that is no proxy of ours:
        # whatever stands left of it was written by the client.
        proxies = list(settings.trusted_proxies)
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=proxies)
