"""Letters of a deregistration (注销登记): what was found, announced, stopped, lapsed, refused or granted. law.md §2.7."""

from typing import Annotated, ClassVar

from pydantic import Field

from forms.papers.base import Due, Entry, Line, Paper, Part, Remedies, Text


class GroundFound(Part):
    """One ground that stands in the way: its code where the law report has one, what was found, and the article."""

    code: Annotated[str, Field(max_length=10)] = ""
    title: Line
    found: Text
    article: Line


class DeregistrationLetter(Paper):
    """One letter: paragraphs, grounds with their articles, a table, a term with its reasons. The catalogue names its title."""

    kind: ClassVar[str] = "deregistration_letter"
    title: ClassVar[str] = "注销登记通知书"
    template: ClassVar[str] = "deregistration_letter.typ"

    name: Line
    paragraphs: Annotated[tuple[Text, ...], Field(min_length=1, max_length=40)]
    grounds: Annotated[tuple[GroundFound, ...], Field(max_length=40)] = ()
    entries: Annotated[tuple[Entry, ...], Field(max_length=20)] = ()
    due_label: Line | None = None
    due: Due | None = None
    closing: Annotated[tuple[Text, ...], Field(max_length=10)] = ()
    basis: Line
    remedies: Remedies | None = None

    def heading(self) -> str:
        return self.name
