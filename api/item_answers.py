"""What REST says of items (事项): the list, the guide, the form's schema with UI hints."""

from datetime import date
from typing import Any

from pydantic import BaseModel, Field, JsonValue

from api.form_fields import FieldSpec, Widget, fields_of
from api.guides import GuideView, Limit, tolerance_of
from forms.base import ApplicationForm
from law.catalogue import Kind, Procedure


class ItemLinks(BaseModel):
    """Where to go on."""

    guide: str
    form_schema: str
    page: str


class Item(BaseModel):
    """An item that can be applied for; `code` is the procedure of an application."""

    code: str
    version: str
    valid_from: date
    title: str
    title_en: str
    kind: Kind
    lede: str
    basis: str
    fee: str
    result: str
    links: ItemLinks


class ItemList(BaseModel):
    """All items, or those a search found."""

    items: list[Item]


class GuideLimit(BaseModel):
    """A legal time limit. `due_if_received_now`: its last day for an application received now."""

    stage: str
    clock: str
    name: str
    length: str
    extension: str
    due_if_received_now: date | None
    provisional: bool
    citation: str
    verified: bool = Field(description="false: the row of law is still 待核")


class GuideMaterial(BaseModel):
    """A document to hand in. `tolerance`: whether it may follow after acceptance (容缺), in words."""

    code: str
    label: str
    label_en: str
    required: bool = Field(description="of every application, whatever it is about")
    when: list[str] = Field(description="belongs to these choices of the form only")
    tolerable: bool
    tolerance: str
    provided_by: str
    hint: str
    article: str


class GuideStep(BaseModel):
    """A step of the declared procedure."""

    stage: str
    title: str
    what: str
    who: str
    limit: str


class GuideOffice(BaseModel):
    """Who handles the item, where and when."""

    code: str
    name: str
    phone: str
    hours: str


class Guide(BaseModel):
    """An item guide (行政许可法 art. 30)."""

    item: Item
    conditions: list[str]
    bars: list[str]
    materials: list[GuideMaterial]
    limits: list[GuideLimit]
    promised: str
    steps: list[GuideStep]
    remedy: str
    papers: dict[str, str]
    office: GuideOffice


class FieldOption(BaseModel):
    """A choice."""

    value: str
    title: str
    title_en: str


class FormField(BaseModel):
    """How a field is shown. `item` holds the fields of one entry of a list."""

    name: str
    title: str
    title_en: str
    hint: str
    widget: Widget
    optional: bool
    personal: bool
    max_length: int | None
    options: list[FieldOption]
    item: list["FormField"]


class FormSection(BaseModel):
    """A page of the form."""

    code: str
    title: str
    title_en: str
    fields: list[FormField]


class FormSchema(BaseModel):
    """The form's JSON Schema (2020-12) and, apart from it, how to draw it."""

    code: str
    title: str
    title_en: str
    json_schema: dict[str, JsonValue] = Field(serialization_alias="schema")
    ui: list[FormSection]


def item_answer(row: Procedure) -> Item:
    """A catalogue row."""
    return Item(
        code=row.procedure,
        version=row.version,
        valid_from=date.fromisoformat(row.valid_from),
        title=row.title,
        title_en=row.title_en,
        kind=row.kind,
        lede=row.guide.lede,
        basis=row.basis,
        fee=row.guide.fee,
        result=row.guide.result,
        links=ItemLinks(
            guide=f"/api/v1/items/{row.procedure}/guide",
            form_schema=f"/api/v1/items/{row.procedure}/form-schema",
            page=f"/items/{row.procedure}",
        ),
    )


def _limit(limit: Limit) -> GuideLimit:
    return GuideLimit(
        stage=limit.stage,
        clock=limit.clock,
        name=limit.name,
        length=limit.length,
        extension=limit.extension,
        due_if_received_now=limit.due,
        provisional=limit.provisional,
        citation=limit.citation,
        verified=limit.verified,
    )


def guide_answer(guide: GuideView) -> Guide:
    """A guide."""
    row = guide.row
    return Guide(
        item=item_answer(row),
        conditions=list(row.guide.conditions),
        bars=list(row.guide.bars),
        materials=[
            GuideMaterial(
                code=m.code,
                label=m.label,
                label_en=m.label_en,
                required=m.always,
                when=list(m.when),
                tolerable=m.tolerable,
                tolerance=tolerance_of(row, m),
                provided_by=m.provided_by,
                hint=m.hint,
                article=m.article,
            )
            for m in row.materials
        ],
        limits=[_limit(limit) for limit in guide.limits],
        promised=row.guide.promised,
        steps=[
            GuideStep(stage=s.stage, title=s.title, what=s.what, who=s.who, limit=s.limit)
            for s in guide.steps
        ],
        remedy=row.guide.remedy,
        papers=dict(row.papers),
        office=GuideOffice(
            code=guide.office.code,
            name=guide.office.name,
            phone=guide.office.phone,
            hours=guide.office.hours,
        ),
    )


def _field(spec: FieldSpec) -> FormField:
    return FormField(
        name=spec.name,
        title=spec.title,
        title_en=spec.title_en,
        hint=spec.hint,
        widget=spec.widget,
        optional=spec.optional,
        personal=spec.personal,
        max_length=spec.max_length,
        options=[
            FieldOption(value=o.value, title=o.title, title_en=o.title_en) for o in spec.options
        ],
        item=[_field(inner) for inner in spec.item],
    )


def form_schema_answer(form: type[ApplicationForm]) -> FormSchema:
    """A form's schema; the hints stand in `ui` only."""
    known = fields_of(form)
    schema: Any = form.model_json_schema()
    return FormSchema(
        code=form.code,
        title=form.title,
        title_en=form.title_en,
        json_schema=schema,
        ui=[
            FormSection(
                code=s.code,
                title=s.title,
                title_en=s.title_en,
                fields=[_field(known[name]) for name in s.fields],
            )
            for s in form.sections
        ],
    )
