"""REST: what can be applied for, and what each item asks for."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api import guides
from api.documentation import refusals
from api.draft_forms import form_of
from api.intake import item
from api.item_answers import (
    FormSchema,
    Guide,
    Item,
    ItemList,
    form_schema_answer,
    guide_answer,
    item_answer,
)
from api.security.current import Anyone
from api.services import Means

router = APIRouter(prefix="/api/v1/items", tags=["items"])

Code = Annotated[str, Path(max_length=64, examples=["establishment_registration"])]


@router.get(
    "",
    operation_id="listItems",
    responses=refusals("unknown_query_parameter", "invalid_input"),
)
async def list_items(
    visitor: Anyone,
    q: Annotated[
        str, Query(max_length=100, description="words of the title", examples=["设立"])
    ] = "",
) -> ItemList:
    """The items of this bureau, all or those that a search finds."""
    return ItemList(items=[item_answer(row) for row in guides.items(visitor.now, q)])


@router.get("/{code}", operation_id="getItem", responses=refusals("not_found", "invalid_input"))
async def get_item(visitor: Anyone, code: Code) -> Item:
    """One item in the version that applies today."""
    return item_answer(item(code, visitor.now))


@router.get(
    "/{code}/guide", operation_id="getItemGuide", responses=refusals("not_found", "invalid_input")
)
async def get_guide(visitor: Anyone, means: Means, code: Code) -> Guide:
    """The item guide (办事指南): conditions, materials, limits with today's dates, steps, remedies."""
    return guide_answer(guides.guide_of(item(code, visitor.now), visitor.now, means.office))


@router.get(
    "/{code}/form-schema",
    operation_id="getItemFormSchema",
    responses=refusals("not_found", "invalid_input"),
)
async def get_form_schema(visitor: Anyone, code: Code) -> FormSchema:
    """The application form as JSON Schema 2020-12, with UI hints apart from it."""
    return form_schema_answer(form_of(item(code, visitor.now)))
