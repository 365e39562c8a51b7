"""Letters of cluster registration (集群注册): the host's admission, and what a hosted enterprise is told. law.md §2.5."""

from typing import Annotated, ClassVar

from pydantic import Field

from forms.papers.base import Due, Entry, Line, Paper, Remedies, Text


class HostingNotice(Paper):
    """One letter: paragraphs, a table, where there is one a term with its reasons. The catalogue names its title."""

    kind: ClassVar[str] = "hosting_notice"
    title: ClassVar[str] = "集群注册告知书"
    template: ClassVar[str] = "hosting_notice.typ"

    name: Line
    paragraphs: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]
    entries: Annotated[tuple[Entry, ...], Field(max_length=20)] = ()
    due: Due | None = None
    basis: Line
    remedies: Remedies | None = None

    def heading(self) -> str:
        return self.name
