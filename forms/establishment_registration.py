"""What is filled in for an establishment registration (设立登记): law.md §2.2, 条例 art. 16.

Identity numbers stay here, in the database, sealed; the workflow sees codes and names only.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, Field, model_validator

from forms.base import ApplicationForm, Fault, Form, Section
from forms.fields import Day, Line, labelled
from forms.licence_item import UnifiedCode
from law.cluster_registration import marked, scope_bars
from law.codes import check_resident_id


class EntityType(StrEnum):
    LIMITED_COMPANY = "limited_company"
    JOINT_STOCK_COMPANY = "joint_stock_company"


ENTITY_LABELS = {
    EntityType.LIMITED_COMPANY: ("有限责任公司（自然人投资或控股）", "Limited liability company"),
    EntityType.JOINT_STOCK_COMPANY: ("股份有限公司", "Joint-stock company"),
}


class Post(StrEnum):
    """The persons of 实施细则 art. 16, every one of whom authenticates."""

    LEGAL_REPRESENTATIVE = "legal_representative"
    SHAREHOLDER = "shareholder"
    DIRECTOR = "director"
    SUPERVISOR = "supervisor"
    EXECUTIVE = "executive"
    LIAISON = "liaison"
    AGENT = "agent"


POST_LABELS = {
    Post.LEGAL_REPRESENTATIVE: ("法定代表人", "Legal representative"),
    Post.SHAREHOLDER: ("股东", "Shareholder"),
    Post.DIRECTOR: ("董事", "Director"),
    Post.SUPERVISOR: ("监事", "Supervisor"),
    Post.EXECUTIVE: ("高级管理人员", "Senior executive"),
    Post.LIAISON: ("联络员", "Liaison officer"),
    Post.AGENT: ("委托代理人", "Agent"),
}
# Who signs the application and the articles: legal representative and all shareholders.
SIGNING = frozenset({Post.LEGAL_REPRESENTATIVE, Post.SHAREHOLDER})


def _resident_id(value: str) -> str:
    text = value.strip().upper()
    # A form knows no clock: the number is checked as of the year after its own birth date; whether
    # that lies ahead is checked against app_now() by the API.
    year = int(text[6:10]) if text[6:10].isdecimal() and text[6:10].isascii() else 2000
    check_resident_id(text, date(min(year, 9998) + 1, 12, 31))
    return text


IdNumber = Annotated[str, Field(repr=False, max_length=18), AfterValidator(_resident_id)]
Phone = Annotated[str, Field(pattern=r"^1[3-9][0-9]{9}$")]
Yuan = Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=2)]


HostCode = Annotated[
    UnifiedCode | None,
    labelled(
        "托管机构的统一社会信用代码",
        "Code of the host of the domicile",
        hint="住所由托管机构托管（集群注册）的填写，住所以托管地址开头，住所使用证明上传托管协议；其他的不填",
    ),
]


def hosting_faults(host: str | None, scope: Iterable[str], today: date) -> list[Fault]:
    """An enterprise whose scope needs an approval first, or may not be registered, cannot be hosted (law.md §2.5)."""
    if host is None:
        return []
    return [
        (("hosted_by",), f"集群注册的企业，经营范围不得有前置审批项目：{reason}")
        for reason in scope_bars(scope, today)
    ]


class Person(Form):
    """One listed person; a person may hold several posts."""

    code = "establishment_registration.person"
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
        labelled("手机号码", "Mobile telephone", hint="11 位，用于认证和签名通知", personal=True),
    ]
    posts: Annotated[
        list[Post],
        labelled("职务", "Posts", widget="checkboxes"),
        Field(min_length=1, max_length=7),
    ]
    contribution: Annotated[
        Yuan | None, labelled("认缴出资额（元）", "Subscribed capital (yuan)", hint="股东填写")
    ] = None

    @model_validator(mode="after")
    def _share(self) -> Self:
        if Post.SHAREHOLDER in self.posts and self.contribution is None:
            raise ValueError("股东应当填写认缴出资额")
        if Post.SHAREHOLDER not in self.posts and self.contribution is not None:
            raise ValueError("只有股东填写认缴出资额")
        return self

    @property
    def signs(self) -> bool:
        return bool(SIGNING & set(self.posts))


class CompanyToRegister(ApplicationForm):
    """What every application says that founds a company; the registration's own form and the one-stop form."""

    sections: ClassVar[tuple[Section, ...]] = (
        Section(
            "company", "名称和类型", "Name and type", ("name", "name_reservation", "entity_type")
        ),
        Section("address", "住所", "Domicile", ("domicile", "hosted_by")),
        Section("capital", "注册资本", "Registered capital", ("capital", "paid_until")),
        Section("scope", "经营范围", "Business scope", ("business_scope", "needs_preapproval")),
        Section("people", "人员", "Persons", ("persons",)),
    )

    name: Annotated[
        Line,
        labelled(
            "企业名称",
            "Company name",
            hint="行政区划＋字号＋行业＋组织形式，例如：随州市曾都区青禾食品有限公司",
        ),
        Field(min_length=6, max_length=100),
    ]
    name_reservation: Annotated[
        Line | None,
        labelled(
            "名称申报的办件编号",
            "Case number of the declared name",
            hint="名称已经自主申报并在保留期内的，填那件申报的办件编号",
        ),
        Field(max_length=96),
    ] = None
    entity_type: Annotated[EntityType, labelled("企业类型", "Entity type", widget="radios")]
    domicile: Annotated[
        Line, labelled("住所", "Domicile", hint="省、市、区、街道、门牌号"), Field(min_length=6)
    ]
    hosted_by: HostCode = None
    capital: Annotated[Yuan, labelled("注册资本（元）", "Registered capital (yuan)")]
    paid_until: Annotated[
        Day,
        labelled(
            "出资期限",
            "Capital paid in by",
            hint="自成立之日起五年内缴足（公司法第47条）",
            widget="date",
        ),
    ]
    business_scope: Annotated[
        list[Annotated[Line, Field(min_length=1)]],
        labelled("经营范围", "Business scope", hint="每行一项，使用规范表述", widget="lines"),
        Field(min_length=1, max_length=100),
    ]
    needs_preapproval: Annotated[
        bool,
        labelled(
            "经营范围包含前置审批项目",
            "The scope includes an item that needs prior approval",
            widget="checkbox",
        ),
    ] = False
    persons: Annotated[
        list[Person],
        labelled("人员", "Persons", widget="people"),
        Field(min_length=1, max_length=60),
    ]

    @model_validator(mode="after")
    def _lawful_company(self) -> Self:
        posts = [p for person in self.persons for p in person.posts]
        if posts.count(Post.LEGAL_REPRESENTATIVE) != 1:
            raise ValueError("应当有一名法定代表人")
        if Post.SHAREHOLDER not in posts:
            raise ValueError("应当至少有一名股东")
        if Post.SUPERVISOR not in posts and len(self.persons) > 1 and Post.DIRECTOR not in posts:
            raise ValueError("请填写董事、监事的任职")
        ids = [p.id_number for p in self.persons]
        if len(set(ids)) != len(ids):
            raise ValueError("同一人只需填写一次，可以勾选多个职务")
        total = sum((p.contribution or Decimal(0) for p in self.persons), Decimal(0))
        if total != self.capital:
            raise ValueError("全体股东认缴出资额之和应当等于注册资本")
        return self

    @property
    def domicile_to_register(self) -> str:
        """As entered and printed: a hosted one is marked."""
        return marked(self.domicile) if self.hosted_by else self.domicile

    def faults(self, today: date) -> list[Fault]:
        found = super().faults(today)
        if self.hosted_by and self.needs_preapproval:
            found.append((("hosted_by",), "经营范围包含前置审批项目的，不能集群注册"))
        return found + hosting_faults(self.hosted_by, self.business_scope, today)

    def subject(self) -> str:
        return self.name

    def case_facts(self) -> dict[str, Any]:
        """Parties by position: the identity number is looked up in the database when it is needed."""
        return {
            "entity_type": self.entity_type.value,
            "needs_preapproval": self.needs_preapproval,
            "parties": [
                {
                    "party_id": f"p{n}",
                    "name": person.name,
                    "parts": [post.value for post in person.posts],
                    "signs": person.signs,
                }
                for n, person in enumerate(self.persons, start=1)
            ],
        }


class Application(CompanyToRegister):
    code = "establishment_registration.application"
    title = "有限责任公司设立登记申请"
    title_en = "Application for establishment registration"
