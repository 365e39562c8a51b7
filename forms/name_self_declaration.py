"""What is filled in to declare a name (企业名称自主申报), and what officers fill in about one: law.md §2.1.

企业名称登记管理规定 arts. 6–18. Nobody approves a name; an officer examines only those that article 12 and its like leave
to a person, and two of them cancel one that was reserved against the rules.
"""

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from forms.approval import NoInterest
from forms.base import ApplicationForm, Section, TaskForm
from forms.fields import Line, Text, labelled
from law.names.forms import EntityKind


class Entity(StrEnum):
    """What is to be set up, as far as its name must say it."""

    LIMITED_COMPANY = "limited_company"
    JOINT_STOCK_COMPANY = "joint_stock_company"
    GENERAL_PARTNERSHIP = "general_partnership"
    SPECIAL_PARTNERSHIP = "special_partnership"
    LIMITED_PARTNERSHIP = "limited_partnership"
    SOLE_PROPRIETORSHIP = "sole_proprietorship"
    COOPERATIVE = "cooperative"
    BRANCH = "branch"
    INDIVIDUAL = "individual"

    @property
    def kind(self) -> EntityKind:
        """The same for the rules about names."""
        return EntityKind[_KINDS[self.name]]


# By member's name, so that pages do not take it for the labels.
_KINDS = {
    "LIMITED_COMPANY": "LIMITED",
    "JOINT_STOCK_COMPANY": "JOINT_STOCK",
    "GENERAL_PARTNERSHIP": "GENERAL_PARTNERSHIP",
    "SPECIAL_PARTNERSHIP": "SPECIAL_PARTNERSHIP",
    "LIMITED_PARTNERSHIP": "LIMITED_PARTNERSHIP",
    "SOLE_PROPRIETORSHIP": "SOLE",
    "COOPERATIVE": "COOPERATIVE",
    "BRANCH": "BRANCH",
    "INDIVIDUAL": "INDIVIDUAL",
}
ENTITY_LABELS = {
    Entity.LIMITED_COMPANY: ("有限责任公司", "Limited liability company"),
    Entity.JOINT_STOCK_COMPANY: ("股份有限公司", "Joint-stock company"),
    Entity.GENERAL_PARTNERSHIP: ("普通合伙企业", "General partnership"),
    Entity.SPECIAL_PARTNERSHIP: ("特殊的普通合伙企业", "Special general partnership"),
    Entity.LIMITED_PARTNERSHIP: ("有限合伙企业", "Limited partnership"),
    Entity.SOLE_PROPRIETORSHIP: ("个人独资企业", "Sole proprietorship"),
    Entity.COOPERATIVE: ("农民专业合作社", "Farmers' cooperative"),
    Entity.BRANCH: ("分支机构", "Branch"),
    Entity.INDIVIDUAL: ("个体工商户", "Individual business"),
}


class Seat(StrEnum):
    """Districts and counties of Suizhou, by division code: the registrars compared as one."""

    ZENGDU = "421303"
    SUI_COUNTY = "421321"
    GUANGSHUI = "421381"


SEAT_LABELS = {
    Seat.ZENGDU: ("曾都区", "Zengdu District"),
    Seat.SUI_COUNTY: ("随县", "Sui County"),
    Seat.GUANGSHUI: ("广水市", "Guangshui City"),
}


class Application(ApplicationForm):
    code = "name_self_declaration.application"
    title = "企业名称自主申报"
    title_en = "Self-declaration of an enterprise name"
    sections = (
        Section("name", "名称", "Name", ("name", "entity_kind", "seat", "trade_name")),
        Section(
            "use",
            "使用和承诺",
            "Use and commitments",
            ("needs_preapproval", "conditions_met", "commitment"),
        ),
        Section("reasons", "特殊情形", "Special cases", ("other_meaning", "approval_basis")),
    )

    name: Annotated[
        Line,
        labelled(
            "拟用名称",
            "Proposed name",
            hint="行政区划＋字号＋行业＋组织形式，例如：随州市曾都区青禾食品有限公司",
        ),
        Field(min_length=2, max_length=100),
    ]
    entity_kind: Annotated[Entity, labelled("企业类型", "Kind of entity", widget="radios")]
    seat: Annotated[Seat, labelled("住所所在地", "Seat", widget="radios")]
    trade_name: Annotated[
        Line,
        labelled("字号", "Trade name", hint="名称里哪几个字是字号；不填的，由系统识别"),
        Field(max_length=100),
    ] = ""
    needs_preapproval: Annotated[
        bool,
        labelled(
            "设立登记前须先取得批准（保留期 1 年，否则 2 个月）",
            "Registration needs a prior approval (kept for one year, otherwise two months)",
            widget="checkbox",
        ),
    ] = False
    conditions_met: Annotated[
        bool,
        labelled(
            "名称要求的条件（跨省经营、跨行业综合经营、控股企业等）我已具备，登记时提交证明",
            "The conditions that the name asks for (business in several provinces or industries, a controlling "
            "company…) are met; proof follows at registration",
            widget="checkbox",
        ),
    ] = False
    commitment: Annotated[
        bool,
        labelled(
            "与他人名称近似的，我仍要使用，并承诺：侵犯他人合法权益的，依法承担法律责任",
            "Where the name is similar to others I want it all the same, and will answer for any infringement",
            widget="checkbox",
        ),
    ] = False
    other_meaning: Annotated[
        Text,
        labelled(
            "字号的其他含义",
            "Other meaning of the trade name",
            hint="以行政区划或者行业作字号，但另有含义的，请说明；由工作人员审核",
            widget="textarea",
        ),
        Field(max_length=1000),
    ] = ""
    approval_basis: Annotated[
        Text,
        labelled(
            "批准或者依据",
            "Approval or basis",
            hint="名称里有“中国”“中华”“全国”等字词的，写明批准机关和文号",
            widget="textarea",
        ),
        Field(max_length=1000),
    ] = ""

    def subject(self) -> str:
        return self.name

    def case_facts(self) -> dict[str, Any]:
        return {"needs_preapproval": self.needs_preapproval}


class Examined(StrEnum):
    USABLE = "usable"
    REFUSE = "refuse"


class Examination(TaskForm):
    """人工审核 of a name that a rule leaves to a person (企业名称登记管理规定 8, 11, 12)."""

    code = "name_self_declaration.examination"
    title = "名称人工审核"
    title_en = "Examination of a name"
    duty = "reviewer"

    decision: Annotated[
        Examined,
        labelled(
            "审核结论",
            "Conclusion",
            widget="radios",
            options={
                "usable": [
                    "可以使用",
                    "May be used",
                    "名称立即保留",
                    "The name is reserved at once",
                ],
                "refuse": [
                    "不予通过",
                    "Not passed",
                    "名称退回名称库，书面告知理由",
                    "The name is free again; reasons are given in writing",
                ],
            },
        ),
    ]
    basis: Annotated[
        Line, labelled("依据", "Basis", hint="批准文件的机关和文号，或者适用的条款")
    ] = ""
    reasons: Annotated[
        Text, labelled("理由", "Reasons", hint="不予通过的，申请人会看到", widget="textarea")
    ] = ""
    no_interest: NoInterest

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.decision is Examined.USABLE and len(self.basis) < 4:
            raise ValueError("可以使用的，请写明依据")
        if self.decision is Examined.REFUSE and len(self.reasons) < 4:
            raise ValueError("不予通过应当说明理由，申请人会看到")
        return self


class CancellationOutcome(StrEnum):
    CANCEL = "cancel"
    KEEP = "keep"


class Cancellation(TaskForm):
    """取消保留 of a name that was reserved against the rules: decided by the head, asked for by somebody else."""

    code = "name_self_declaration.cancellation"
    title = "取消名称保留审批"
    title_en = "Cancellation of a reserved name"
    duty = "cancellation_approver"

    decision: Annotated[
        CancellationOutcome,
        labelled(
            "决定",
            "Decision",
            widget="radios",
            options={
                "cancel": [
                    "取消保留",
                    "Cancel",
                    "名称退回名称库，决定书送达申请人",
                    "The name is free again; the applicant gets the decision",
                ],
                "keep": ["继续保留", "Keep", "名称不变", "Nothing changes"],
            },
        ),
    ]
    reasons: Annotated[
        Text,
        labelled("理由", "Reasons", hint="写进决定书，申请人会看到", widget="textarea"),
        Field(min_length=4),
    ]
    no_interest: NoInterest
