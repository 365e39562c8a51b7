"""What is filled in for a simple deregistration (简易注销登记): law.md §2.7, 公司法 240, 条例 33, 实施细则 47.

The application and the commitment of all investors (全体投资人承诺书), nothing else. Identity numbers stay here, in the
database, sealed; the workflow sees codes and names only.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from forms.base import ApplicationForm, Fault, Form, Section
from forms.change_registration import LicencePaper
from forms.establishment_registration import IdNumber, Phone
from forms.fields import Line, labelled
from forms.licence_item import UnifiedCode


class Leaver(StrEnum):
    """The entities that may leave this way; each is wound up by its own statute."""

    COMPANY = "company"
    SOLE_PROPRIETORSHIP = "sole_proprietorship"
    PARTNERSHIP = "partnership"
    INDIVIDUAL = "individual"


LEAVER_LABELS = {
    Leaver.COMPANY: ("公司", "Company"),
    Leaver.SOLE_PROPRIETORSHIP: ("个人独资企业", "Sole proprietorship"),
    Leaver.PARTNERSHIP: ("合伙企业", "Partnership"),
    Leaver.INDIVIDUAL: ("个体工商户", "Individual business"),
}


class Debts(StrEnum):
    """条例 33: no debts ever, or all of them settled."""

    NEVER = "never"
    SETTLED = "settled"


DEBT_LABELS = {
    Debts.NEVER: ("未发生债权债务", "No claims and debts ever arose"),
    Debts.SETTLED: ("已将债权债务清偿完结", "All claims and debts are settled"),
}


class Part(StrEnum):
    """What a listed person is to the entity."""

    HEAD = "legal_representative"
    INVESTOR = "investor"


PART_LABELS = {
    Part.HEAD: (
        "法定代表人、执行事务合伙人、投资人或者经营者",
        "Legal representative, managing partner, owner or operator",
    ),
    Part.INVESTOR: ("投资人（股东、合伙人、出资人）", "Investor (shareholder, partner, owner)"),
}


class Signatory(Form):
    """One listed person; all investors sign the commitment, the head the application."""

    code = "simple_deregistration.signatory"
    title = "人员"
    title_en = "Person"

    name: Annotated[Line, labelled("姓名", "Name"), Field(min_length=2)]
    id_number: Annotated[
        IdNumber,
        labelled(
            "公民身份号码", "Resident identity number", hint="18 位，末位可以是 X", personal=True
        ),
    ]
    phone: Annotated[
        Phone,
        labelled("手机号码", "Mobile telephone", hint="11 位，用于签名通知", personal=True),
    ]
    posts: Annotated[
        list[Part],
        labelled("身份", "Capacity", widget="checkboxes"),
        Field(min_length=1, max_length=2),
    ]


class Application(ApplicationForm):
    code = "simple_deregistration.application"
    title = "简易注销登记申请"
    title_en = "Application for simple deregistration"
    sections = (
        Section("entity", "市场主体", "Entity", ("uscc", "company", "entity_type")),
        Section(
            "state",
            "债权债务和营业执照",
            "Debts and licence",
            ("debts", "nothing_owed", "licence_paper"),
        ),
        Section("people", "投资人和负责人", "Investors and head", ("persons",)),
    )

    uscc: Annotated[
        UnifiedCode,
        labelled(
            "统一社会信用代码",
            "Unified social credit code",
            hint="18 位，见营业执照；应当是由本机关登记的市场主体",
        ),
    ]
    company: Annotated[
        Line, labelled("名称", "Name", hint="与营业执照一致"), Field(min_length=2, max_length=100)
    ]
    entity_type: Annotated[Leaver, labelled("主体类型", "Entity type", widget="radios")]
    debts: Annotated[Debts, labelled("债权债务", "Claims and debts", widget="radios")]
    nothing_owed: Annotated[
        Literal[True],
        labelled(
            "没有未结清的清偿费用、职工工资、社会保险费用、法定补偿金和应缴税款（滞纳金、罚款）",
            "No clearing costs, wages, social insurance, statutory compensation or tax (late fees, fines) is unpaid",
            hint="承诺不实的，投资人依法承担相应的法律责任；公司股东对注销登记前的债务承担连带责任（公司法第240条）",
            widget="checkbox",
        ),
    ]
    licence_paper: Annotated[
        LicencePaper, labelled("纸质营业执照", "Paper licence", widget="radios")
    ]
    persons: Annotated[
        list[Signatory],
        labelled(
            "投资人和负责人",
            "Investors and head",
            hint="列出全体投资人，一人可以有两种身份；每个人都要在承诺书上电子签名。个体工商户只填经营者",
            widget="people",
        ),
        Field(min_length=1, max_length=60),
    ]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        parts = [part for person in self.persons for part in person.posts]
        if parts.count(Part.HEAD) != 1:
            raise ValueError("应当有一名负责人（法定代表人、执行事务合伙人、投资人或者经营者）")
        if not self.individual and Part.INVESTOR not in parts:
            raise ValueError("请列出全体投资人")
        if self.individual and len(self.persons) != 1:
            raise ValueError("个体工商户只填写经营者一人")
        ids = [p.id_number for p in self.persons]
        if len(set(ids)) != len(ids):
            raise ValueError("同一人只需填写一次，可以勾选两种身份")
        return self

    @property
    def individual(self) -> bool:
        return self.entity_type is Leaver.INDIVIDUAL

    @property
    def investors(self) -> list[str]:
        """Of an individual business its operator, who is liable for it."""
        return [p.name for p in self.persons if self.individual or Part.INVESTOR in p.posts]

    def faults(self, today: date) -> list[Fault]:
        # GB 32100: the second character is 2 for an individual business, 1 for an enterprise.
        if (self.uscc[1] == "2") is self.individual:
            return []
        return [(("entity_type",), "主体类型与统一社会信用代码不符，请核对营业执照")]

    def subject(self) -> str:
        return self.company

    def name_to_register(self) -> str | None:
        return None

    def case_facts(self) -> dict[str, Any]:
        """Parties by position: the identity number is looked up in the database when it is needed."""
        return {
            "uscc": self.uscc,
            "name": self.company,
            "individual": self.individual,
            "debts": self.debts.value,
            "investors": self.investors,
            "parties": [
                {
                    "party_id": f"p{n}",
                    "name": person.name,
                    "parts": [part.value for part in person.posts],
                    "signs": not self.individual,
                }
                for n, person in enumerate(self.persons, start=1)
            ],
        }
