"""What is filled in for a general deregistration (一般注销登记): 登记管理条例 31, 32; 实施细则 44–46; law.md §2.8."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from forms.base import ApplicationForm, Fault, Section
from forms.change_registration import LicencePaper
from forms.fields import Day, Line, labelled
from forms.licence_item import UnifiedCode
from law.calendars import default_calendars


class EntityKind(StrEnum):
    """As the market register names the types that this office deregisters this way."""

    LIMITED_COMPANY = "limited_company"
    PARTNERSHIP = "partnership"
    SOLE_PROPRIETORSHIP = "sole_proprietorship"
    INDIVIDUAL = "individual"


ENTITY_KIND_LABELS = {
    EntityKind.LIMITED_COMPANY: ("有限责任公司", "Limited liability company"),
    EntityKind.PARTNERSHIP: ("合伙企业", "Partnership"),
    EntityKind.SOLE_PROPRIETORSHIP: ("个人独资企业", "Sole proprietorship"),
    EntityKind.INDIVIDUAL: ("个体工商户", "Individually-run business"),
}


class Cause(StrEnum):
    """Why the entity ends (公司法 229; 登记管理条例 31)."""

    RESOLUTION = "resolution"
    TERM = "term"
    MERGER = "merger"
    REVOKED = "revoked"
    COURT = "court"


CAUSE_LABELS = {
    Cause.RESOLUTION: ("决议、决定解散或者终止经营", "Resolution or decision to dissolve"),
    Cause.TERM: (
        "营业期限届满或者章程规定的解散事由出现",
        "Term over, or a cause named in the articles",
    ),
    Cause.MERGER: ("因合并、分立需要解散", "Merger or division"),
    Cause.REVOKED: (
        "依法被吊销营业执照、责令关闭或者被撤销",
        "Licence revoked, ordered closed, or annulled",
    ),
    Cause.COURT: ("人民法院判决解散", "Dissolved by a court"),
}


class Application(ApplicationForm):
    code = "general_deregistration.application"
    title = "注销登记申请书"
    title_en = "Application for deregistration"
    sections = (
        Section("entity", "申请注销的主体", "Entity", ("uscc", "company", "entity_kind")),
        Section("cause", "解散或者终止", "Dissolution", ("cause", "dissolved_on")),
        Section(
            "end",
            "清算和营业执照",
            "Liquidation and licence",
            ("liquidation_ended_on", "licence_paper", "truthful"),
        ),
    )

    uscc: Annotated[
        UnifiedCode,
        labelled("统一社会信用代码", "Unified social credit code", hint="18 位，见营业执照"),
    ]
    company: Annotated[
        Line,
        labelled("名称", "Name", hint="与营业执照一致"),
        Field(min_length=2, max_length=100),
    ]
    entity_kind: Annotated[EntityKind, labelled("主体类型", "Type of entity", widget="radios")]
    cause: Annotated[Cause, labelled("解散或者终止的原因", "Cause", widget="radios")]
    dissolved_on: Annotated[
        Day,
        labelled(
            "解散事由出现日期",
            "Day of the cause",
            hint="作出决议、决定之日，期限届满之日，或者收到决定、判决之日",
            widget="date",
        ),
    ]
    liquidation_ended_on: Annotated[
        Day | None,
        labelled(
            "清算结束日期",
            "Day on which the liquidation ended",
            hint="现在不填；清算结束、清税以后申请注销登记时再填，并上传清算报告",
            widget="date",
        ),
    ] = None
    licence_paper: Annotated[LicencePaper, labelled("营业执照", "Licence", widget="radios")]
    truthful: Annotated[
        Literal[True],
        labelled(
            "承诺申请材料和填报的清算情况真实",
            "The file and what is stated of the liquidation are true",
            widget="checkbox",
        ),
    ]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.cause is Cause.MERGER and self.entity_kind is not EntityKind.LIMITED_COMPANY:
            raise ValueError("合并、分立解散的只有公司，请改选原因")
        return self

    def subject(self) -> str:
        return self.company

    @classmethod
    def chosen(cls, answers: Mapping[str, Any]) -> frozenset[str]:
        """Individuals need neither resolution nor report; the report comes with the end of the liquidation."""
        found = set()
        if answers.get("entity_kind") != EntityKind.INDIVIDUAL.value:
            revoked = answers.get("cause") == Cause.REVOKED.value
            found.add("revocation" if revoked else "resolution")
        if answers.get("liquidation_ended_on"):
            found.add("liquidated")
        return frozenset(found)

    def name_to_register(self) -> str | None:
        return None

    def faults(self, today: date) -> list[Fault]:
        found: list[Fault] = []
        # No notice on holidays is known before it: nothing could be reckoned from such a day.
        first = min(edition.year for edition in default_calendars().editions)
        if self.dissolved_on > today:
            found.append((("dissolved_on",), "日期还没有到，请填写解散事由实际出现的日期"))
        if self.dissolved_on.year < first:
            found.append((("dissolved_on",), f"请填写{first}年以后的日期"))
        ended = self.liquidation_ended_on
        if ended is not None and not self.dissolved_on <= ended <= today:
            found.append((("liquidation_ended_on",), "清算结束日期应当在解散之后，且已经到来"))
        return found

    def case_facts(self) -> dict[str, Any]:
        kept = ("uscc", "entity_kind", "cause", "dissolved_on", "liquidation_ended_on")
        answers = self.model_dump(mode="json")
        return {field: answers[field] for field in kept}
