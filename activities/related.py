"""Related cases: opened through acts like any other, their end reported to the parent once."""

import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress

from temporalio import activity

from domain.contracts import SYSTEM, Command
from domain.refusals import Refused
from domain.related import SPACE, CaseNotice, ParentReport, RelatedOrder, told_id

Send = Callable[[Command], Awaitable[None]]
Open = Callable[[RelatedOrder, uuid.UUID], Awaitable[None]]
# As `Open`, for a draft that its owner hands in.
Prepare = Open


def related_id(parent_case: str, item: str) -> uuid.UUID:
    """A related case's id follows from parent and item, so that opening it again is opening it once."""
    return uuid.uuid5(SPACE, f"{parent_case}:{item}")


class RelatedActivities:
    """All are idempotent: the child's id follows from parent and item, an act's id from the two cases.

    Args:
        open_case: writes the child's act and starts it (the API's intake, given by the root).
        prepare: lays out the draft of a case that its owner opens.
        send: makes an act durable and sends it.
    """

    def __init__(self, open_case: Open, prepare: Prepare, send: Send) -> None:
        self._open = open_case
        self._prepare = prepare
        self._send = send

    @activity.defn(name="open_related")
    async def open_related(self, order: RelatedOrder) -> str:
        child = related_id(order.parent_case, order.item)
        await self._open(order, child)
        return str(child)

    @activity.defn(name="prepare_related")
    async def prepare_related(self, order: RelatedOrder) -> str:
        child = related_id(order.parent_case, order.item)
        await self._prepare(order, child)
        return str(child)

    @activity.defn(name="report_to_parent")
    async def report_to_parent(self, report: ParentReport) -> None:
        act_id = uuid.uuid5(SPACE, f"ended:{report.parent_case}:{report.item}:{report.case_id}")
        # A parent that has ended meanwhile, or was reported to by another way, has nothing to wait for.
        with suppress(Refused):
            await self._send(
                Command(
                    act_id=str(act_id),
                    case_id=report.parent_case,
                    kind="related_ended",
                    received_at=report.at,
                    actor=SYSTEM,
                    data={"item": report.item, "case": report.case_id, "outcome": report.outcome},
                )
            )

    @activity.defn(name="tell_case")
    async def tell_case(self, notice: CaseNotice) -> str:
        """Makes the act durable and sends it. "" where the other case took it, else why it refused."""
        act_id = told_id(notice.from_case, notice.to_case, notice.kind, notice.seq)
        try:
            await self._send(
                Command(
                    act_id=str(act_id),
                    case_id=notice.to_case,
                    kind=notice.kind,
                    received_at=notice.at,
                    actor=SYSTEM,
                    data=notice.data,
                )
            )
        except Refused as refused:
            return refused.why.value
        return ""
