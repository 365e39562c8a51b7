"""All routes of an application with the access they declare, also those of included routers."""

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from api.security.access import Access


class AccessDeclaredTwice(ValueError):
    """A route with two declarations: nobody could say which one holds."""


@dataclass(frozen=True)
class DeclaredRoute:
    """One address. `access` is None where the route declares none, or is not a route of FastAPI."""

    path: str
    methods: frozenset[str]
    access: Access | None


def _calls(dependant: Dependant) -> Iterator[object]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)


def _access(path: str, dependant: Dependant) -> Access | None:
    found = [call for call in _calls(dependant) if isinstance(call, Access)]
    if len(found) > 1:
        raise AccessDeclaredTwice(f"{path}: {[access.describe for access in found]}")
    return found[0] if found else None


def declared_routes(app: FastAPI) -> Iterator[DeclaredRoute]:
    """Every route, mount and included route.

    Raises:
        AccessDeclaredTwice: a route declares more than one access.
    """
    for context in iter_route_contexts(app.routes):
        path = context.path or ""
        access = (
            _access(path, context.dependant)
            if isinstance(context.original_route, APIRoute)
            else None
        )
        yield DeclaredRoute(path, frozenset(context.methods or ()), access)


def served_paths(app: FastAPI) -> frozenset[str]:
    """Path templates that answer to GET."""
    return frozenset(
        context.path or ""
        for context in iter_route_contexts(app.routes)
        if "GET" in (context.methods or ())
    )
