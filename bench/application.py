"""The application form of the reference case, and its registration in a process of the bench.

The shipped code knows nothing of it: worker and API of the bench add the row, form and workflow to
their own process before they start (an installation's own procedure would be added the same way).
"""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from bench import storm_case
from bench.reference import ROW, Reference
from forms.base import ApplicationForm, Section
from forms.fields import Line, labelled
from forms.registry import APPLICATIONS
from law import catalogue
from workflows.registry import PROCEDURES


class Application(ApplicationForm):
    """基准办件: the least that an application has, a name."""

    code = "reference.application"
    title = "基准办件申请"
    title_en = "Reference application"
    sections: ClassVar[tuple[Section, ...]] = (Section("subject", "事项", "Subject", ("name",)),)

    name: Annotated[Line, labelled("名称", "Name"), Field(min_length=2)]

    def subject(self) -> str:
        return self.name

    def case_facts(self) -> dict[str, Any]:
        return {"name": self.name}


def register() -> None:
    """Make the bench's procedures known to this process: catalogue, application form, table."""
    catalogue.add(ROW)
    catalogue.add(storm_case.ROW)
    APPLICATIONS[Application.code] = Application
    PROCEDURES[ROW.workflow] = Reference
    PROCEDURES[storm_case.ROW.workflow] = storm_case.Storm
