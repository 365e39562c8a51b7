"""REST: can a name be declared? A check for everybody, without reserving anything."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from api.documentation import WITH_BODY, refusals
from api.name_checking import Asked, checked
from api.security.current import Anyone
from api.security.limiting import RateLimit
from api.security.person import Visitor
from api.services import Means
from api.views.names import outcome_text
from forms.name_self_declaration import Entity, Seat

router = APIRouter(tags=["public"])

LIMIT: Final = "60 per 10 minutes"
CheckLimit = Depends(RateLimit("name-check", LIMIT))


class NameQuestion(BaseModel):
    """A proposed name, and what is known of it."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=200, examples=["随州市曾都区青禾食品有限公司"])]
    entity_kind: Entity | None = None
    seat: Seat = Seat.ZENGDU
    trade_name: Annotated[
        str, Field(max_length=100, description="which part is the trade name (字号), where said")
    ] = ""
    other_meaning: Annotated[
        bool, Field(description="the place or industry that is the trade name means something else")
    ] = False


class NameParts(BaseModel):
    """The name as the rules read it."""

    division: str
    zone: str
    division_place: str
    trade_name: str
    industry: str
    form: str
    branch: str


class NameFinding(BaseModel):
    """A rule that the name itself meets. `start`, `end`: positions in the name as sent, end exclusive."""

    rule: str
    title: str
    effect: str
    start: int
    end: int
    text: str
    instead: str
    message: str
    basis: str
    verified: bool = Field(description="false: the rule or its basis is still 待核")


class NameDifference(BaseModel):
    """Characters in which the two names differ; positions in each, end exclusive."""

    new_start: int
    new_end: int
    old_start: int
    old_end: int
    new: str
    old: str


class NameCollision(BaseModel):
    """A held name that this one is the same as or similar to, and by which rule."""

    name: str
    effect: str
    rule: str
    title: str
    basis: str
    verified: bool = Field(description="false: the rule or its basis is still 待核")
    held: str
    held_label: str
    differences: list[NameDifference]
    explanation: str


class NameAnswer(BaseModel):
    """`outcome`: free, conditional, similar, manual, taken or refused. Nothing is reserved."""

    name: str
    outcome: str
    outcome_text: str
    advice: str
    standing: str
    rules_edition: str
    parts: NameParts | None
    findings: list[NameFinding]
    collisions: list[NameCollision]
    collisions_in_all: int
    declare_url: str


async def count_person(request: Request, visitor: Visitor) -> None:
    """So many a person too, from wherever: names are not to be collected by machine."""
    if visitor.person is not None:
        await request.app.state.limiter.count(LIMIT, "name-check-person", str(visitor.person.id))


@router.post(
    "/api/v1/name-checks",
    operation_id="checkName",
    dependencies=[CheckLimit],
    responses=refusals(*WITH_BODY, "malformed_body", "forbidden_characters", "forged_request"),
)
async def check_name(
    request: Request,
    visitor: Anyone,
    means: Means,
    asked: Annotated[NameQuestion, Body(examples=[{"name": "随州市曾都区青禾食品有限公司"}])],
) -> NameAnswer:
    """What the rules and the library of the whole prefecture say of a name now. Nothing is reserved."""
    await count_person(request, visitor)
    verdict = await checked(means, Asked(**asked.model_dump()))
    headline, advice = outcome_text(verdict["outcome"])
    return NameAnswer(
        **verdict,
        outcome_text=headline,
        advice=advice,
        declare_url="/api/v1/applications",
    )
