"""Application for credit repair (信用修复): a published penalty, or an entry of the list of serious violations. law.md §2.20.

市场监督管理信用修复管理办法 (2025-12-25), 国家发展改革委令第36号 (2026-04-01): both seen in excerpts (待核).
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from forms.approval import NoInterest
from forms.base import ApplicationForm, Fault, Section, TaskForm
from forms.fields import Day, Line, Text, labelled
from forms.licence_item import UnifiedCode


class Application(ApplicationForm):
    code = "credit_repair.application"
    title = "信用修复申请"
    title_en = "Application for credit repair"
    sections = (
        Section("entity", "市场主体", "Market entity", ("uscc", "name", "entry")),
        Section(
            "conditions",
            "修复条件",
            "Conditions",
            ("fulfilled_on", "corrected", "commitment", "no_bar"),
        ),
    )

    uscc: Annotated[
        UnifiedCode,
        labelled("统一社会信用代码", "Unified social credit code", hint="18 位，见营业执照"),
    ]
    name: Annotated[
        Line,
        labelled("名称", "Name", hint="与营业执照一致"),
        Field(min_length=2, max_length=100),
    ]
    entry: Annotated[
        Line,
        labelled(
            "公示记录编号",
            "Number of the published entry",
            hint="国家企业信用信息公示系统上要修复的那一条，例如 MD-2026-00000001",
        ),
        Field(pattern=r"^MD-[0-9]{4}-[0-9]{8}$"),
    ]
    fulfilled_on: Annotated[
        Day,
        labelled(
            "义务履行完毕日期",
            "Duties fulfilled on",
            hint="罚款缴清、改正完成的日期",
            widget="date",
        ),
    ]
    corrected: Annotated[
        Text,
        labelled(
            "改正和履行情况",
            "What was corrected and fulfilled",
            hint="逐项写明处罚决定的义务是怎样履行的",
            widget="textarea",
        ),
        Field(min_length=4),
    ]
    commitment: Annotated[
        Literal[True],
        labelled(
            "公开作出信用承诺：申请材料真实，以后守法经营；违背承诺的，撤销修复并恢复公示",
            "We publicly commit ourselves: all this is true; a broken word undoes the repair",
            widget="checkbox",
        ),
    ]
    no_bar: Annotated[
        Literal[True],
        labelled(
            "没有依法不予修复的情形",
            "Nothing bars the repair by law",
            widget="checkbox",
        ),
    ]

    def subject(self) -> str:
        return self.name

    def name_to_register(self) -> str | None:
        return None

    def faults(self, today: date) -> list[Fault]:
        return [(("fulfilled_on",), "履行完毕的日期还没有到")] if self.fulfilled_on > today else []

    def case_facts(self) -> dict[str, Any]:
        return {"uscc": self.uscc, "name": self.name, "entry": self.entry}


class RevocationOutcome(StrEnum):
    REVOKE = "revoke"
    KEEP = "keep"


class Revocation(TaskForm):
    """撤销修复: the material was false; decided by somebody else than who found it."""

    code = "credit_repair.revocation"
    title = "撤销信用修复"
    title_en = "Revocation of the repair"
    duty = "approver"

    decision: Annotated[
        RevocationOutcome,
        labelled(
            "决定",
            "Decision",
            widget="radios",
            options={
                "revoke": [
                    "撤销修复",
                    "Revoke the repair",
                    "恢复公示，告知信用中国和有关部门",
                    "The entry is shown again, and those concerned are told",
                ],
                "keep": ["修复不变", "Keep it", "本件照常", "Nothing changes"],
            },
        ),
    ]
    reasons: Annotated[
        Text, labelled("事实和理由", "Facts and reasons", hint="写进决定书", widget="textarea")
    ] = ""
    no_interest: NoInterest

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if len(self.reasons) < 4:
            raise ValueError("请写明事实和理由，当事人会在决定书上看到")
        return self
