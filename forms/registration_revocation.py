"""What is asked for and found in the annulment of a false registration (撤销登记): law.md §2.29, 登记管理条例 40, 41."""

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from forms.approval import NoInterest
from forms.base import ApplicationForm, Section, TaskForm
from forms.fields import Line, Text, labelled
from law.codes import check_uscc


class Target(StrEnum):
    """What is to be annulled."""

    REGISTRATION = "registration"
    LICENCE = "licence"


TARGET_LABELS = {
    Target.REGISTRATION: ("市场主体登记", "A registration"),
    Target.LICENCE: ("本局颁发的许可证", "A licence issued by this bureau"),
}


class Ground(StrEnum):
    IDENTITY_THEFT = "identity_theft"
    FALSE_MATERIAL = "false_material"
    PROMISE_BROKEN = "promise_broken"


GROUND_LABELS = {
    Ground.IDENTITY_THEFT: ("冒用他人身份", "Another person's identity was used"),
    Ground.FALSE_MATERIAL: (
        "提交虚假材料或者隐瞒重要事实",
        "False material, or important facts concealed",
    ),
    Ground.PROMISE_BROKEN: (
        "容缺承诺没有履行，材料可能不实",
        "A promise to hand in documents was not kept; the material may be false",
    ),
}


def _uscc(value: str) -> str:
    return check_uscc(value.upper()).code


class Application(ApplicationForm):
    code = "registration_revocation.application"
    title = "撤销登记申请"
    title_en = "Application for the annulment of a registration"
    sections = (
        Section("target", "申请撤销什么", "What is to be annulled", ("target", "company", "uscc", "licence_number")),
        Section("facts", "事实和理由", "Facts and reasons", ("ground", "facts", "relation")),
    )  # fmt: skip

    target: Annotated[Target, labelled("申请撤销", "To be annulled", widget="radios")]
    company: Annotated[
        Line,
        labelled("企业（经营者）名称", "Enterprise or operator", hint="与公示系统上的名称一致"),
        Field(min_length=2, max_length=100),
    ]
    uscc: Annotated[
        Line,
        labelled("统一社会信用代码", "Unified social credit code", hint="18 位"),
        AfterValidator(_uscc),
    ]
    licence_number: Annotated[
        Line, labelled("许可证编号", "Number of the licence", hint="申请撤销许可证的填写")
    ] = ""
    ground: Annotated[Ground, labelled("事由", "Ground", widget="radios")]
    facts: Annotated[
        Text,
        labelled(
            "事实和理由",
            "Facts and reasons",
            hint="何时、怎样发现，有什么证据",
            widget="textarea",
        ),
        Field(min_length=10, max_length=4000),
    ]
    relation: Annotated[
        Line,
        labelled(
            "您与这项登记的关系",
            "How you are concerned",
            hint="如：被冒用身份登记为法定代表人",
        ),
        Field(min_length=2, max_length=200),
    ]

    @model_validator(mode="after")
    def _numbered(self) -> Self:
        if (self.target is Target.LICENCE) != bool(self.licence_number):
            raise ValueError("申请撤销许可证的，请填写许可证编号；撤销登记的不用填写")
        return self

    def subject(self) -> str:
        return self.company

    def name_to_register(self) -> str | None:
        return None

    def case_facts(self) -> dict[str, Any]:
        return {
            "uscc": self.uscc,
            "target": self.target.value,
            "licence": self.licence_number,
            "ground": self.ground.value,
        }


class InvestigationFinding(StrEnum):
    PROVEN = "proven"
    NOT_PROVEN = "not_proven"
    UNREACHABLE = "unreachable"


class Investigation(TaskForm):
    """调查 (实施细则 53): what was found, or that the parties cannot be reached and a public notice is due."""

    code = "registration_revocation.investigation"
    title = "撤销登记调查"
    title_en = "Investigation"
    duty = "reviewer"

    finding: Annotated[InvestigationFinding, labelled("调查结论", "Finding", widget="radios")]
    report: Annotated[
        Text,
        labelled("调查情况", "Report", hint="转登记机关负责人，写进案卷", widget="textarea"),
        Field(min_length=4),
    ]
    responsible: Annotated[
        list[Annotated[Line, Field(min_length=2)]],
        labelled(
            "直接责任人",
            "Persons directly responsible",
            hint="每行一人，须是登记的人员；撤销后3年内不得再次申请登记（登记管理条例第40条）",
            widget="lines",
        ),
    ] = Field(default_factory=list, max_length=20)
    no_interest: NoInterest

    @model_validator(mode="after")
    def _of_proof(self) -> Self:
        if self.responsible and self.finding is not InvestigationFinding.PROVEN:
            raise ValueError("认定虚假登记的，才写直接责任人")
        return self


class RevocationOutcome(StrEnum):
    REVOKE = "revoke"
    NOT_PROVEN = "not_proven"
    PUBLIC_INTEREST = "public_interest"


class RevocationDecision(TaskForm):
    """撤销或者不予撤销, by the head; not where it would do great harm to the public interest (条例 41)."""

    code = "registration_revocation.decision"
    title = "撤销登记决定"
    title_en = "Decision on the annulment"
    duty = "approver"

    decision: Annotated[RevocationOutcome, labelled("决定", "Decision", widget="radios")]
    reasons: Annotated[
        Text,
        labelled("理由", "Reasons", hint="写进决定书，当事人会看到", widget="textarea"),
        Field(min_length=4),
    ]
    no_interest: NoInterest
