"""Commits what a workflow task changed; takes numbers; reads acts that wait. Local activities."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from domain.calendar_news import CalendarNews
from domain.contracts import NumberOrder, PendingActs, PendingQuery, Projection
from domain.recomputing import news_since
from law import catalogue
from law.offices import office
from storage import acts, numbers
from storage.keys import CaseKeys
from storage.projector import Projector


class ProjectionActivities:
    """Quick SQL next to the workflow: each is idempotent by a natural key."""

    def __init__(self, engine: AsyncEngine, keys: CaseKeys) -> None:
        self._engine = engine
        self._keys = keys
        self._projector = Projector(engine, keys)

    @activity.defn(name="project")
    async def project(self, projection: Projection) -> CalendarNews | None:
        """Events and read model in one transaction, keyed by (case, revision); tells of a calendar published since."""
        await self._projector.project(projection)
        return news_since(projection.calendar_order)

    @activity.defn(name="take_number")
    async def take_number(self, order: NumberOrder) -> str:
        """The case's number of a kind, keyed by (case, kind)."""
        row = catalogue.procedure(order.procedure)
        at = office(order.office)
        word = row.numbering.word
        async with self._engine.begin() as connection:
            return await numbers.take(
                connection,
                case_id=UUID(order.case_id),
                kind=order.kind,
                series=f"{at.code}:{order.kind}:{word}",
                at=order.at,
                bureau=at.short,
                word=word,
            )

    @activity.defn(name="pending_acts")
    async def pending_acts(self, query: PendingQuery) -> PendingActs:
        """Acts received before an instant and not applied yet: one in time wins over an expiry."""
        async with self._engine.connect() as connection:
            commands = await acts.waiting_for_case(
                connection, self._keys, UUID(query.case_id), query.before
            )
        return PendingActs(commands=commands)
