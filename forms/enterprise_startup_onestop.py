"""企业开办“一次办”: one application for the registration and for what an enterprise needs besides (law.md §2.2).

What founds the company is what an establishment registration asks; the parts are rows of `law.startup_parts`.
"""

from datetime import date
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, Field, model_validator

from forms.base import Fault, Section
from forms.establishment_registration import CompanyToRegister
from forms.fields import labelled
from forms.startup_part import (
    Bank,
    Employees,
    Seals,
    TaxpayerKind,
    VisitOn,
    visit_over,
)
from law.startup_parts import PARTS, Part

# Facts that an office does without.
OPTIONAL: Final = frozenset({"visit_on"})


def _distinct(parts: list[Part]) -> list[Part]:
    if len(set(parts)) != len(parts):
        raise ValueError("同一事项只需选一次")
    return parts


class Application(CompanyToRegister):
    code = "enterprise_startup_onestop.application"
    title = "企业开办“一次办”申请"
    title_en = "One-stop application for opening an enterprise"
    sections = (
        *CompanyToRegister.sections,
        Section(
            "parts",
            "一并办理的事项",
            "What is done besides",
            ("parts", "seals", "taxpayer", "employees", "bank", "visit_on"),
        ),
    )

    parts: Annotated[
        list[Part],
        labelled(
            "领取执照后一并办理",
            "Done after the licence",
            hint="没有选的，以后可以自行到各部门办理",
            widget="checkboxes",
        ),
        Field(min_length=1, max_length=len(PARTS)),
        AfterValidator(_distinct),
    ]
    seals: Seals = []
    taxpayer: TaxpayerKind = None
    employees: Employees = None
    bank: Bank = ""
    visit_on: VisitOn = None

    @model_validator(mode="after")
    def _parts_complete(self) -> Self:
        for part in self.parts:
            row = PARTS[part]
            for fact in row.facts:
                if fact not in OPTIONAL and getattr(self, fact) in (None, "", []):
                    label = type(self).model_fields[fact].title
                    raise ValueError(f"办理{row.name}的，请填写{label}")
        return self

    def faults(self, today: date) -> list[Fault]:
        found = super().faults(today)
        if visit_over(self.visit_on, today):
            found.append((("visit_on",), "预约到访日期已过，请重新选择"))
        return found

    def case_facts(self) -> dict[str, Any]:
        """The parts in the order in which pages show them."""
        return {"parts": [part.value for part in Part if part in self.parts]}
