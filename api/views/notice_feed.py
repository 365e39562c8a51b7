"""The board as an Atom feed (RFC 4287): one entry per notice, under its permanent id and address."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from xml.etree import ElementTree

from api.i18n import current
from api.i18n import gettext as _
from api.views import words
from api.views.public_notices import PATH, NoticeView
from law.zone import local

MEDIA_TYPE: Final = "application/atom+xml; charset=utf-8"
FEED: Final = f"{PATH}.atom"
_ATOM: Final = "http://www.w3.org/2005/Atom"


def atom(
    notices: Sequence[NoticeView], *, address: str, query: str, bureau: str, now: datetime
) -> bytes:
    """The feed's bytes.

    Args:
        address: the installation's public address, without a slash at its end.
        query: the filter as it stands in the feed's address, with its question mark; "" for everything.
        now: when it was read; the instant of a feed without entries.
    """
    ElementTree.register_namespace("", _ATOM)
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    feed = ElementTree.Element(f"{{{_ATOM}}}feed", {lang: current()})
    _text(feed, "id", address + FEED + query)
    _text(feed, "title", _("%(bureau)s公示") % {"bureau": bureau})
    _text(feed, "updated", _instant(max((n.updated_at for n in notices), default=now)))
    _text(_element(feed, "author"), "name", bureau)
    _element(feed, "link", rel="self", type="application/atom+xml", href=address + FEED + query)
    _element(feed, "link", rel="alternate", type="text/html", href=address + PATH + query)
    for notice in notices:
        entry = _element(feed, "entry")
        _text(entry, "id", f"urn:uuid:{notice.id}")
        _text(entry, "title", notice.title)
        _text(entry, "published", _instant(notice.starts_at))
        _text(entry, "updated", _instant(notice.updated_at))
        _element(entry, "link", rel="alternate", type="text/html", href=address + notice.address)
        _element(entry, "category", term=notice.found.row.kind, label=notice.kind_text)
        _text(entry, "summary", _summary(notice))
    content: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return content


def _summary(notice: NoticeView) -> str:
    facts = _("；").join(f"{words.known(label)}{_('：')}{value}" for label, value in notice.lines)
    period = _("公示期：%(period)s") % {"period": notice.period_text}
    return _("；").join(part for part in (notice.outcome_text, period, facts) if part)


def _element(parent: ElementTree.Element, name: str, **attributes: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)


def _text(parent: ElementTree.Element, name: str, text: str) -> None:
    _element(parent, name).text = text


def _instant(at: datetime) -> str:
    return local(at).isoformat(timespec="seconds")
