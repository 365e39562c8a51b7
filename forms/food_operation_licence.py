"""What is filled in for a food operation licence (食品经营许可): law.md §2.11, 食品安全法 art. 35."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from forms.base import ApplicationForm, Section
from forms.fields import Line, labelled
from law.codes import check_uscc


class BusinessForm(StrEnum):
    """主体业态 of the 2015 measures; those of 2023 (令78) were not seen in a source."""

    SALES = "sales"
    CATERING = "catering"
    CANTEEN = "canteen"


BUSINESS_FORM_LABELS = {
    BusinessForm.SALES: ("食品销售经营者", "Food seller"),
    BusinessForm.CATERING: ("餐饮服务经营者", "Caterer"),
    BusinessForm.CANTEEN: ("单位食堂", "Canteen of an organisation"),
}


class Item(StrEnum):
    """经营项目 quoted from the 2023 measures (令78) at m.haoshunjia.com/zzxk/1261448.html.

    A subset: what is not among them is written out by the applicant, never guessed here.
    """

    BULK = "bulk"
    BULK_AND_PREPACKAGED = "bulk_and_prepackaged"
    HOT = "hot"
    COLD = "cold"
    RAW = "raw"
    SEMI_FINISHED = "semi_finished"
    DRINKS = "drinks"


ITEM_LABELS = {
    Item.BULK: ("散装食品销售", "Sale of bulk food"),
    Item.BULK_AND_PREPACKAGED: ("散装食品和预包装食品销售", "Sale of bulk and prepackaged food"),
    Item.HOT: ("热食类食品制售", "Making and selling hot food"),
    Item.COLD: ("冷食类食品制售", "Making and selling cold food"),
    Item.RAW: ("生食类食品制售", "Making and selling raw food"),
    Item.SEMI_FINISHED: ("半成品制售", "Making and selling semi-finished food"),
    Item.DRINKS: ("自制饮品制售", "Making and selling drinks"),
}


def _uscc(value: str) -> str:
    return check_uscc(value.upper()).code


class Application(ApplicationForm):
    code = "food_operation_licence.application"
    title = "食品经营许可申请"
    title_en = "Application for a food operation licence"
    sections = (
        Section("operator", "经营者", "Operator", ("operator", "uscc", "principal", "phone")),
        Section("premises", "经营场所", "Premises", ("domicile", "premises")),
        Section("business", "经营内容", "Business", ("business_form", "items", "other_items")),
        Section("safety", "食品安全", "Food safety", ("safety_staff", "not_barred")),
    )

    operator: Annotated[
        Line,
        labelled("经营者名称", "Operator", hint="与营业执照上的名称一致"),
        Field(min_length=2, max_length=100),
    ]
    uscc: Annotated[
        Line,
        labelled("统一社会信用代码", "Unified social credit code", hint="18 位，见营业执照"),
        AfterValidator(_uscc),
    ]
    principal: Annotated[
        Line,
        labelled("法定代表人（负责人）", "Legal representative or person in charge"),
        Field(min_length=2, max_length=50),
    ]
    phone: Annotated[
        str,
        labelled("手机号码", "Mobile telephone", hint="11 位，用于约定现场核查", personal=True),
        Field(pattern=r"^1[3-9][0-9]{9}$"),
    ]
    domicile: Annotated[
        Line,
        labelled("住所", "Domicile", hint="营业执照上的住所"),
        Field(min_length=6),
    ]
    premises: Annotated[
        Line,
        labelled("经营场所", "Premises", hint="省、市、区、街道、门牌号；现场核查到这里"),
        Field(min_length=6),
    ]
    business_form: Annotated[
        BusinessForm,
        labelled(
            "主体业态", "Form of business", hint="按 2015 年办法的分类（待核）", widget="radios"
        ),
    ]
    items: Annotated[
        list[Item],
        labelled(
            "经营项目",
            "Items of business",
            hint="按 2023 年办法的分类，未列全（待核）；没有的写在下一项",
            widget="checkboxes",
        ),
        Field(max_length=len(Item)),
    ] = Field(default_factory=list)
    other_items: Annotated[
        list[Line],
        labelled("其他经营项目", "Other items", hint="每行一项", widget="lines"),
        Field(max_length=20),
    ] = Field(default_factory=list)
    safety_staff: Annotated[
        list[Line],
        labelled("食品安全自查人员", "Self-check staff", hint="每行一人：姓名", widget="lines"),
        Field(min_length=1, max_length=50),
    ]
    not_barred: Annotated[
        Literal[True],
        labelled(
            "经营者和有关人员不在食品行业禁止从业的期限内",
            "Neither the operator nor its staff is barred from the food trade",
            hint="被吊销许可证后在一定期限内不得申请（期限待核）",
            widget="checkbox",
        ),
    ]

    @model_validator(mode="after")
    def _some_item(self) -> Self:
        if not self.items and not any(line.strip() for line in self.other_items):
            raise ValueError("请至少选择一个经营项目，或者写明其他经营项目")
        if len(set(self.items)) != len(self.items):
            raise ValueError("同一个经营项目只需选择一次")
        return self

    def subject(self) -> str:
        return self.operator

    def certificate_lines(self) -> list[tuple[str, str]]:
        chosen = [ITEM_LABELS[item][0] for item in Item if item in self.items]
        return [
            ("统一社会信用代码", self.uscc),
            ("法定代表人（负责人）", self.principal),
            ("住所", self.domicile),
            ("经营场所", self.premises),
            ("主体业态", BUSINESS_FORM_LABELS[self.business_form][0]),
            ("经营项目", "；".join(chosen + [line for line in self.other_items if line.strip()])),
        ]
