"""The paper of a separation of licences (证照分离): what the double notice (双告知) tells the applicant. law.md §2.4."""

from typing import Annotated, Any, ClassVar

from pydantic import AwareDatetime, Field

from forms.papers.base import Line, Paper, Part, Text
from forms.papers.wording import instant


class ItemTold(Part):
    """One licence item: who decides it, by which way, from when one may trade."""

    name: Line
    terms: Text
    department: Line
    mode: Line
    trade_from: Line
    advice: Text


class LicenceItemsTold(Paper):
    """涉企经营许可事项告知书: every item that the scope leads to; terms that nobody knows are named, not dropped."""

    kind: ClassVar[str] = "licence_items_told"
    title: ClassVar[str] = "涉企经营许可事项告知书"
    template: ClassVar[str] = "licence_items_told.typ"

    received_at: AwareDatetime
    items: Annotated[tuple[ItemTold, ...], Field(max_length=200)] = ()
    unknown: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    edition: Line

    def view(self) -> dict[str, Any]:
        return {**super().view(), "received_at_text": instant(self.received_at)}
