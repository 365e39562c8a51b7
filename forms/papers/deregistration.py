"""Letters of a deregistration (注销登记): what follows the dissolution, how it ended, the notice that the entry has ended. law.md §2.8."""

from typing import Annotated, ClassVar

from pydantic import Field

from forms.papers.base import Due, Entry, Line, Paper, Remedies, Text


class DeregistrationNotice(Paper):
    """One letter: paragraphs, a table, where there is one a term with its reasons. The catalogue names its title."""

    kind: ClassVar[str] = "deregistration_notice"
    title: ClassVar[str] = "注销登记告知书"
    template: ClassVar[str] = "deregistration_notice.typ"

    name: Line
    paragraphs: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]
    entries: Annotated[tuple[Entry, ...], Field(max_length=30)] = ()
    due: Due | None = None
    due_label: Line = "最后一天"
    basis: Line
    remedies: Remedies | None = None

    def heading(self) -> str:
        return self.name
