"""A letter of the office that has no form of its own: paragraphs, a table, where there is one a term with its reasons."""

from typing import Annotated, ClassVar

from pydantic import Field

from forms.papers.base import Due, Entry, Line, Paper, Remedies, Text


class OfficeLetter(Paper):
    """The catalogue names its title. `due_label` says what the term is for."""

    kind: ClassVar[str] = "office_letter"
    title: ClassVar[str] = "告知书"
    template: ClassVar[str] = "office_letter.typ"

    name: Line
    paragraphs: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]
    entries: Annotated[tuple[Entry, ...], Field(max_length=20)] = ()
    due: Due | None = None
    due_label: Line = "期限的最后一天"
    basis: Line
    remedies: Remedies | None = None

    def heading(self) -> str:
        return self.name
