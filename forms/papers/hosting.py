"""Letters of cluster registration (集群注册): the host's admission, and what a hosted enterprise is told. law.md §2.5."""

from typing import ClassVar

from forms.papers.base import Line
from forms.papers.letters import OfficeLetter


class HostingNotice(OfficeLetter):
    """The one term that such a letter tells is that of the change of domicile."""

    kind: ClassVar[str] = "hosting_notice"
    title: ClassVar[str] = "集群注册告知书"

    due_label: Line = "办理住所变更登记的最后一天"
