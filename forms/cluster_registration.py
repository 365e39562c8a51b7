"""What an enterprise fills in to be admitted as a host of others' domiciles (集群注册托管机构): law.md §2.5, 条例 art. 11.

The conditions are those of local rules seen in excerpts (待核). The identity number stays here, in the database, sealed.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from forms.base import ApplicationForm, Fault, Section
from forms.establishment_registration import IdNumber, Phone
from forms.fields import Day, Line, labelled
from forms.licence_item import UnifiedCode


class Tenure(StrEnum):
    """By what right the host uses the address at which it lets others be registered."""

    OWNED = "owned"
    LEASED = "leased"


TENURE_LABELS = {
    Tenure.OWNED: ("自有", "Owned"),
    Tenure.LEASED: ("租赁", "Leased"),
}


class Application(ApplicationForm):
    code = "cluster_registration.application"
    title = "集群注册托管机构准入申请"
    title_en = "Application for admission as a host of cluster registration"
    sections = (
        Section(
            "enterprise",
            "托管机构",
            "Host",
            ("uscc", "company", "representative_name", "representative_id"),
        ),
        Section(
            "address",
            "托管地址",
            "Address for hosted enterprises",
            ("hosting_address", "tenure", "leased_until"),
        ),
        Section(
            "service",
            "托管服务",
            "Service",
            ("receiver_name", "receiver_phone", "delivers", "keeps_register"),
        ),
    )

    uscc: Annotated[
        UnifiedCode,
        labelled(
            "统一社会信用代码",
            "Unified social credit code",
            hint="18 位，见营业执照；应当是由本机关登记的企业",
        ),
    ]
    company: Annotated[
        Line,
        labelled("企业名称", "Enterprise", hint="与营业执照一致；经营范围应当有“商务秘书服务”"),
        Field(min_length=4, max_length=100),
    ]
    representative_name: Annotated[
        Line, labelled("法定代表人姓名", "Name of the legal representative"), Field(min_length=2)
    ]
    representative_id: Annotated[
        IdNumber,
        labelled(
            "法定代表人公民身份号码",
            "Identity number of the legal representative",
            hint="18 位，末位可以是 X",
            personal=True,
        ),
    ]
    hosting_address: Annotated[
        Line,
        labelled(
            "托管地址",
            "Address for hosted enterprises",
            hint="省、市、区、街道、门牌号，真实存在、能够送达；托管企业的住所以此开头",
        ),
        Field(min_length=6, max_length=120),
    ]
    tenure: Annotated[Tenure, labelled("房屋来源", "Right to the premises", widget="radios")]
    leased_until: Annotated[
        Day | None,
        labelled("租期到哪一天", "Leased until", hint="租赁的填写", widget="date"),
    ] = None
    receiver_name: Annotated[
        Line,
        labelled("文书签收人", "Who takes in mail", hint="负责代收文书、邮件的人"),
        Field(min_length=2, max_length=50),
    ]
    receiver_phone: Annotated[
        Phone, labelled("签收人手机号码", "Their mobile telephone", hint="11 位", personal=True)
    ]
    delivers: Annotated[
        Literal[True],
        labelled(
            "承诺代收文书、邮件并及时转交托管企业",
            "We take in mail and hand it on to the hosted enterprises in time",
            widget="checkbox",
        ),
    ]
    keeps_register: Annotated[
        Literal[True],
        labelled(
            "承诺建立托管企业名册；托管企业失联、终止托管的，向登记机关报告",
            "We keep a register of hosted enterprises and report those lost or no longer hosted",
            widget="checkbox",
        ),
    ]

    @model_validator(mode="after")
    def _leased(self) -> Self:
        if self.tenure is Tenure.LEASED and self.leased_until is None:
            raise ValueError("租赁的，请填写租期到哪一天")
        if self.tenure is Tenure.OWNED and self.leased_until is not None:
            raise ValueError("自有的，不需要填写租期")
        return self

    def subject(self) -> str:
        return self.company

    def name_to_register(self) -> str | None:
        return None

    def faults(self, today: date) -> list[Fault]:
        if self.leased_until is not None and self.leased_until < today:
            return [(("leased_until",), "租期已过，请提交有效的租赁合同")]
        return []

    def certificate_lines(self) -> list[tuple[str, str]]:
        return [("统一社会信用代码", self.uscc), ("托管地址", self.hosting_address)]

    def case_facts(self) -> dict[str, Any]:
        return {"uscc": self.uscc, "address": self.hosting_address}
