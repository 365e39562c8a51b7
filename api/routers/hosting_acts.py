"""REST: acts on a host of cluster registration (集群注册托管机构), and the register of hosts."""

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.case_access import Number
from api.documentation import ANSWERED_ACT, RECEIVED, refusals
from api.idempotency import Key
from api.routers.case_acts import act_on_case
from api.security.current import Anyone, SignedIn
from api.services import Means
from api.views import shapes
from forms.fields import Text
from forms.licence_item import UnifiedCode
from storage import cluster_hosts

router = APIRouter(prefix="/api/v1", tags=["cases"])
Reason = Annotated[Text, Field(min_length=1, max_length=2000)]


class HostedReport(BaseModel):
    """What the host tells of one of its enterprises."""

    model_config = ConfigDict(extra="forbid")

    uscc: Annotated[UnifiedCode, Field(examples=["91421303MA0BANJ05F"])]
    what: Annotated[
        Literal["lost", "found", "ended"],
        Field(description="cannot be reached; reached again; the hosting has ended"),
    ]
    reason: Reason


class Standing(BaseModel):
    """Why the host leaves, or why the registrar pauses or resumes it."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class ClusterHost(BaseModel):
    """An admitted host; new enterprises are registered at its address while it `takes_new`."""

    uscc: str
    name: str
    address: str
    takes_new: bool


class ClusterHosts(BaseModel):
    """The register of hosts."""

    items: list[ClusterHost]


@router.get("/cluster-hosts", operation_id="listClusterHosts", tags=["items"])
async def list_hosts(visitor: Anyone, means: Means) -> ClusterHosts:
    """Hosts of this bureau (托管机构名录), for everybody: whose code an application for registration may name."""
    async with means.engine.connect() as connection:
        found = await cluster_hosts.hosts(connection, means.office)
    return ClusterHosts(
        items=[
            ClusterHost(
                uscc=h.uscc,
                name=h.name,
                address=h.address,
                takes_new=h.standing == cluster_hosts.HOSTS,
            )
            for h in found
        ]
    )


@router.post(
    "/cases/{number}/hosted-reports",
    operation_id="reportHosted",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*ANSWERED_ACT),
)
async def report_hosted(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[HostedReport, Body()],
) -> Response:
    """The host reports an enterprise lost, found again, or no longer hosted."""
    data = wanted.model_dump()
    return await act_on_case(request, person, means, key, number, "report_hosted", data)


@router.post(
    "/cases/{number}/hosting-exits",
    operation_id="leaveHosting",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*ANSWERED_ACT),
)
async def leave_hosting(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[Standing, Body()],
) -> Response:
    """The host leaves: it takes nobody new, and is gone when all its enterprises have another domicile."""
    data = wanted.model_dump()
    return await act_on_case(request, person, means, key, number, "leave_hosting", data)


@router.post(
    "/cases/{number}/hosting-pauses",
    operation_id="pauseHosting",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*ANSWERED_ACT, "own_case"),
)
async def pause_hosting(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[Standing, Body()],
) -> Response:
    """A head of the registrar keeps new enterprises from the host; those it has stay."""
    data = wanted.model_dump()
    return await act_on_case(request, person, means, key, number, "pause_hosting", data)


@router.post(
    "/cases/{number}/hosting-resumptions",
    operation_id="resumeHosting",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*ANSWERED_ACT, "own_case"),
)
async def resume_hosting(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[Standing, Body()],
) -> Response:
    """A head of the registrar lets the host take new enterprises again."""
    data = wanted.model_dump()
    return await act_on_case(request, person, means, key, number, "resume_hosting", data)
