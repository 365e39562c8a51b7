"""Pages: the Jinja environment and what every page knows (reader, language, data time, form token)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from api import dates, i18n, navigation
from api.diagram import figure
from api.refusal_texts import chinese
from api.security import csrf
from api.security.person import Person
from law.simple_deregistration import title_of

HERE: Final = Path(__file__).parent
CSRF_FIELD: Final = Markup('<input type="hidden" name="{}" value="{}">')


@cache
def static_url(name: str) -> str:
    """The address of a file below `static/` with its content's digest: cached for good, never stale."""
    digest = hashlib.sha256((HERE / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def said(text: str) -> Markup:
    """A declared text in the reader's language, marked as Chinese where nobody translated it. Unlike _() no format."""
    told = i18n.gettext(text) if text else ""
    if i18n.current() == "en" and told == text:
        return Markup('<span lang="zh-CN">{}</span>').format(text)
    return escape(told)


def ground(code: str) -> Markup:
    """What a ground against a simple deregistration (SD-01…16) is called."""
    return said(title_of(code, code))


def environment() -> Environment:
    """A new Jinja environment: strict, escaping, with our filters and both languages."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    install = made.install_gettext_callables  # type: ignore[attr-defined]  # added by the extension
    install(i18n.gettext, i18n.ngettext, newstyle=True)
    made.filters.update(dates.FILTERS)
    made.filters["said"] = said
    made.filters["ground"] = ground
    made.filters["chinese"] = chinese
    made.globals["flow"] = figure
    made.globals["static_url"] = static_url
    return made


_ENVIRONMENT: Final = environment()


@dataclass
class Page:
    """What `base.html` needs beside the page's own data.

    Attributes:
        as_of: app_now() at which the data was read; None where no database answered.
        notice: a sentence for the banner on top, or None.
    """

    request: Request
    bureau: str
    person: Person | None
    language: i18n.Language
    elder: bool
    as_of: datetime | None
    request_id: str
    notice: str | None = None

    @property
    def path(self) -> str:
        """The page's own path."""
        return self.request.url.path

    @property
    def post(self) -> str:
        """The reader's posts, in words."""
        labels = [role.label for role in sorted(self.person.roles)] if self.person else []
        names = [label.en if self.language == "en" else label.zh for label in labels if label]
        return i18n.gettext("、").join(names)

    @property
    def csrf_field(self) -> Markup:
        """The hidden field every form that posts must hold."""
        return CSRF_FIELD.format(csrf.FIELD, csrf.token_for(self.request))

    def navigation(self, place: navigation.Place) -> list[navigation.Entry]:
        """The links of the header or footer."""
        return navigation.entries(self.request.app, place, self.person)

    def preference(self, name: str, value: str) -> str:
        """The address that changes one display preference and comes back here."""
        here = self.path
        if self.request.method == "GET" and self.request.url.query:
            here += f"?{self.request.url.query}"
        return "/preferences?" + urlencode({name: value, "next": here})


def page_of(request: Request) -> Page:
    """The page context of a request; works for error pages too, where nothing was looked up."""
    state = request.state
    person: Person | None = getattr(state, "person", None)
    return Page(
        request=request,
        bureau=request.app.state.bureau_name,
        person=person,
        language=i18n.current(),
        elder=request.cookies.get("elder") == "1",
        as_of=getattr(state, "now", None),
        request_id=getattr(state, "request_id", ""),
        notice=getattr(request.app.state, "service_notice", None),
    )


def render(
    request: Request,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A page as a response. The guest cookie is set when a form of a guest asked for a token."""
    html = _ENVIRONMENT.get_template(template).render(page=page_of(request), **(context or {}))
    response = HTMLResponse(html, status_code=status, headers=dict(headers or {}))
    csrf.remember_guest(request, response)
    return response


def install(app: FastAPI, *, bureau_name: str) -> None:
    """Serves the style sheets and names the bureau on every page."""
    app.state.bureau_name = bureau_name
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
