"""Every route says who may call it. A new route without a declaration fails here."""

import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from api.security.current import Anyone, Staff
from api.security.routes import AccessDeclaredTwice, declared_routes
from tests.api.conftest import Database
from tests.api.surface_app import build, product

# Served without a person: style sheets and scripts, and the framework's own pages about the API.
OPEN = {
    "/static",
    "/openapi.json",
    "/api/v1/openapi.json",
    "/docs",
    "/docs/oauth2-redirect",
    "/redoc",
}


def undeclared(app: FastAPI) -> list[str]:
    """The routes that let anybody in without saying so."""
    return [r.path for r in declared_routes(app) if r.access is None and r.path not in OPEN]


async def test_every_route_declares_its_access(database: Database, engine: AsyncEngine) -> None:
    assert undeclared(build(database)) == []
    assert undeclared(product(engine)) == []


async def test_a_route_that_forgets_is_found(database: Database) -> None:
    app = build(database)

    @app.get("/forgotten")
    async def forgotten() -> None: ...

    assert undeclared(app) == ["/forgotten"]


async def test_a_route_cannot_declare_two(database: Database) -> None:
    app = build(database)

    @app.get("/two")
    async def two(visitor: Anyone, person: Staff) -> None: ...

    with pytest.raises(AccessDeclaredTwice):
        undeclared(app)


async def test_the_access_of_each_route_of_the_ground(database: Database) -> None:
    """The snapshot: a change of who may do what is a change of this table."""
    found = {}
    for route in declared_routes(build(database)):
        for method in route.methods if route.access else ():
            found[f"{method} {route.path}"] = route.access.describe if route.access else ""
    expected = {
        "GET /sign-in": "anyone",
        "POST /sign-in": "anyone",
        "GET /sign-out": "anyone",
        "POST /sign-out": "anyone",
        "GET /preferences": "anyone",
        "GET /problems/{code}": "anyone",
        "POST /api/v1/sessions": "anyone",
        "GET /account": "signed in",
        "POST /account/password": "signed in",
        "POST /account/sessions/{public_id}/end": "signed in",
        "GET /api/v1/sessions/current": "signed in",
        "DELETE /api/v1/sessions/current": "signed in",
    }
    assert {name: found[name] for name in expected} == expected
