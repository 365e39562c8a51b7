"""What a separation of licences (证照分离) is applied with, and how terms that nobody knows are settled: law.md §2.4.

After a registration the system writes the application from it; an enterprise that is registered already fills it in.
"""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from forms.base import ApplicationForm, Form, Section, TaskForm
from forms.establishment_registration import EntityType, IdNumber
from forms.fields import Code, Day, Line, Text, labelled
from forms.licence_item import UnifiedCode
from law import licence_items


class LegalRepresentative(Form):
    """Who stands for the enterprise at the departments."""

    code = "license_separation.legal_representative"
    title = "法定代表人"
    title_en = "Legal representative"

    name: Annotated[Line, labelled("姓名", "Name"), Field(min_length=2)]
    id_number: Annotated[
        IdNumber,
        labelled(
            "公民身份号码", "Resident identity number", hint="18 位，末位可以是 X", personal=True
        ),
    ]


class Application(ApplicationForm):
    code = "license_separation.application"
    title = "涉企经营许可事项办理（证照分离）"
    title_en = "Licences of an enterprise (separation of licences)"
    sections = (
        Section(
            "enterprise",
            "企业",
            "Enterprise",
            ("name", "uscc", "entity_type", "registered_on", "domicile"),
        ),
        Section(
            "person",
            "法定代表人",
            "Legal representative",
            ("representative_name", "representative_id"),
        ),
        Section("scope", "经营范围", "Business scope", ("business_scope",)),
    )

    name: Annotated[
        Line,
        labelled("企业名称", "Enterprise", hint="与营业执照一致"),
        Field(min_length=2, max_length=100),
    ]
    uscc: Annotated[
        UnifiedCode,
        labelled("统一社会信用代码", "Unified social credit code", hint="营业执照上的 18 位代码"),
    ]
    entity_type: Annotated[EntityType, labelled("企业类型", "Entity type", widget="radios")]
    registered_on: Annotated[
        Day, labelled("成立日期", "Registered on", hint="营业执照上的成立日期", widget="date")
    ]
    domicile: Annotated[
        Line, labelled("住所", "Domicile", hint="与营业执照一致"), Field(min_length=6)
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
    business_scope: Annotated[
        list[Annotated[Line, Field(min_length=1)]],
        labelled("经营范围", "Business scope", hint="与营业执照一致，每行一项", widget="lines"),
        Field(min_length=1, max_length=100),
    ]

    @property
    def legal_representative(self) -> LegalRepresentative:
        """As departments ask for one: name and identity number together."""
        return LegalRepresentative(name=self.representative_name, id_number=self.representative_id)

    def subject(self) -> str:
        return self.name

    def case_facts(self) -> dict[str, Any]:
        """The scope is public; the edition of the catalogue is pinned with it."""
        return {
            "name": self.name,
            "uscc": self.uscc,
            "scope": list(self.business_scope),
            "edition": licence_items.edition().edition,
        }


class TermSettled(TaskForm):
    """经营范围表述的确认: what a term leads to that the catalogue does not know; never taken for free by itself."""

    code = "license_separation.term"
    title = "确认经营范围表述"
    title_en = "A term of the scope to be settled"
    duty = "reviewer"

    items: Annotated[
        list[Code],
        labelled(
            "涉及的许可事项",
            "Licence items",
            hint="不涉及许可的都不选",
            widget="checkboxes",
            options={row.id: [row.name, row.name_en] for row in licence_items.edition().items},
        ),
    ] = Field(default_factory=list, max_length=20)
    basis: Annotated[
        Text,
        labelled("依据", "Basis", hint="问了哪个部门、依据什么", widget="textarea"),
        Field(min_length=4),
    ]

    @model_validator(mode="after")
    def _known(self) -> Self:
        known = licence_items.edition().by_id
        lost = [item for item in self.items if item not in known]
        if lost:
            raise ValueError(f"许可事项目录里没有：{'、'.join(lost)}")
        if len(set(self.items)) != len(self.items):
            raise ValueError("同一事项只需列一次")
        return self
