"""A reader who follows every link of their own pages, and what no page may ever hold."""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx
from bs4 import BeautifulSoup

# What would end the sign-in or leave a mark: a crawler clicks links, never these.
LEAVE_ALONE = re.compile(r"^/(sign-out|preferences|static)\b")


@dataclass(frozen=True)
class Page:
    url: str
    status: int
    kind: str
    text: str

    @property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.text, "html.parser")


async def crawl(
    browser: httpx.AsyncClient, start: Iterable[str], limit: int = 80
) -> dict[str, Page]:
    """Every page that can be reached by links and forms' GET addresses, by address."""
    waiting, found = deque(start), dict[str, Page]()
    base = str(browser.base_url)
    while waiting and len(found) < limit:
        address = waiting.popleft()
        if address in found or LEAVE_ALONE.match(address):
            continue
        answer = await browser.get(address)
        kind = answer.headers.get("content-type", "").split(";")[0]
        text = answer.text if kind == "text/html" else ""
        found[address] = Page(address, answer.status_code, kind, text)
        targets = [answer.headers["location"]] if answer.has_redirect_location else []
        targets += [str(a["href"]) for a in found[address].soup.find_all("a", href=True)]
        for target in targets:
            whole = urlsplit(urldefrag(urljoin(urljoin(base, address), target))[0])
            if f"{whole.scheme}://{whole.netloc}" == base.rstrip("/"):
                waiting.append(whole.path + (f"?{whole.query}" if whole.query else ""))
    return found


def dangers(page: Page) -> list[str]:
    """Everything in a page that a text could have become: markup, handlers, foreign addresses."""
    found: list[str] = []
    for element in page.soup.find_all(True):
        name = element.name.lower()
        if name == "script" and not str(element.get("src", "")).startswith("/static/"):
            found.append(f"inline script: {element}"[:200])
        if name in {"iframe", "object", "embed", "base", "frame", "applet", "math"}:
            found.append(f"<{name}>")
        if name.startswith("xss"):
            found.append(f"an element of ours: {element}"[:200])
        for attribute, value in element.attrs.items():
            text = " ".join(value) if isinstance(value, list) else str(value)
            if attribute.lower().startswith("on") or attribute.lower() in {"style", "srcdoc"}:
                found.append(f"{name} {attribute}={text}"[:200])
            if attribute in {"href", "src", "action", "formaction", "xlink:href"} and re.match(
                r"\s*(javascript|data|vbscript):|//|https?://(?!127\.0\.0\.1)", text, re.IGNORECASE
            ):
                found.append(f"{name} {attribute}={text}"[:200])
    return found
