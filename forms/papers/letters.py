"""A letter of the office that has no form of its own: paragraphs, grounds, a table, where there is one a term with its reasons."""

from typing import Annotated, Any, ClassVar, Final

from pydantic import Field

from forms.papers.base import Due, Entry, Line, Paper, Part, Remedies, Text

# What the remedies call the letter; every other one is called a decision.
CALLED: Final = ("通知书", "告知书", "公告")


class GroundFound(Part):
    """One ground that stands in the way: what was found, and the article."""

    title: Line
    found: Text
    article: Line


class OfficeLetter(Paper):
    """The catalogue names its title. `due_label` says what the term is for, `closing` what can be done now."""

    kind: ClassVar[str] = "office_letter"
    title: ClassVar[str] = "告知书"
    template: ClassVar[str] = "office_letter.typ"

    name: Line
    paragraphs: Annotated[tuple[Text, ...], Field(min_length=1, max_length=40)]
    grounds: Annotated[tuple[GroundFound, ...], Field(max_length=40)] = ()
    # A record of a draw has a line for each of at most 500 targets.
    entries: Annotated[tuple[Entry, ...], Field(max_length=520)] = ()
    due: Due | None = None
    due_label: Line = "期限的最后一天"
    closing: Annotated[tuple[Text, ...], Field(max_length=10)] = ()
    basis: Line
    remedies: Remedies | None = None

    def heading(self) -> str:
        return self.name

    def view(self) -> dict[str, Any]:
        called = next((word for word in CALLED if self.name.endswith(word)), "决定")
        return {**super().view(), "called": called}
