"""How forms are declared. A form is a Pydantic model; the same class renders the page, validates the
POST and the API call, validates the act inside the case, and is replayed.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, ValidationInfo

# The path of a value below the form, and what is wrong with it in words.
Fault = tuple[tuple[str | int, ...], str]
AHEAD = "时间还没有到，请核对"
HANDED_IN: Final = "handed in"
"""The context in which an act is validated before a case takes it in."""


def handed_in(info: ValidationInfo) -> bool:
    """Whether it is being handed in. What a case took in before a rule came stays readable, or the case could not go on."""
    return bool(info.context == HANDED_IN)


class Form(BaseModel):
    """What a person fills in. Unknown fields are refused: nothing is assigned by accident."""

    # Errors never quote what was filled in: it may be an identity number.
    model_config = ConfigDict(
        extra="forbid",
        str_strip_whitespace=True,
        str_max_length=20000,
        hide_input_in_errors=True,
    )

    code: ClassVar[str]
    title: ClassVar[str]
    title_en: ClassVar[str]

    def ahead(self, now: datetime) -> list[Fault]:
        """Instants that were filled in and have not come yet: a form knows no clock, whoever takes it does."""
        return [
            ((name,), AHEAD) for name, value in self if isinstance(value, datetime) and value > now
        ]


class Section:
    """A page of an application: one subject, its fields in order."""

    def __init__(self, code: str, title: str, title_en: str, fields: tuple[str, ...]) -> None:
        self.code = code
        self.title = title
        self.title_en = title_en
        self.fields = fields


class ApplicationForm(Form):
    """An application. `subject()` is the title people know the case by; personal data stays in it."""

    sections: ClassVar[tuple[Section, ...]]

    def subject(self) -> str:
        """The case's title: the enterprise or place it is about."""
        raise NotImplementedError

    @classmethod
    def chosen(cls, answers: Mapping[str, Any]) -> frozenset[str]:
        """What was chosen so far, in the words that materials of the catalogue name in `when`."""
        return frozenset()

    def name_to_register(self) -> str | None:
        """The enterprise name that a registration enters; None where it enters none."""
        return self.subject()

    def faults(self, today: date) -> list[Fault]:
        """What keeps the filled-in form from being handed in on the civil day, each with its place."""
        return []

    def certificate_lines(self) -> list[tuple[str, str]]:
        """Label and value of each line on the certificate that a grant issues."""
        return []

    def case_facts(self) -> dict[str, Any]:
        """What the workflow needs to know: codes and names, never identity numbers."""
        return {}


class TaskForm(Form):
    """What an officer fills in to complete a task. `duty` is what the person has done by it."""

    duty: ClassVar[str]
