"""Cases that no person opens: by another case, or by the day. Each is an act like any other, durable before it is begun."""

import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from activities.context import Means
from activities.obligations import Within
from activities.related_filing import RelatedFile, related_file
from api.acts import OPEN, Acts, Draft
from domain.contracts import SYSTEM
from domain.related import RelatedOrder
from workflows.registry import table_of


class Openings:
    """An opening's id follows from its case, so that opening it again is opening it once."""

    def __init__(self, means: Means, acts: Acts) -> None:
        self._means = means
        self._acts = acts

    async def open_related(self, order: RelatedOrder, child: uuid.UUID) -> None:
        """By the case that wants it; its application is written from that case, where the procedure has one."""
        act_id = uuid.uuid5(child, "open")
        filed = await related_file(self._means, order, child)
        data = {
            **order.data,
            **(filed.data if filed else {}),
            **({"table_version": table_of(filed.row).version} if filed else {}),
            "procedure": order.procedure,
            "office": order.office,
            "parent_case": order.parent_case,
            "parent_item": order.item,
        }
        # Of a case that the system opened itself, the owner is whom it acted for.
        owner = order.actor.acting_for or order.actor.person_id
        actor = order.actor.model_copy(update={"person_id": "system", "acting_for": owner})

        async def within(connection: AsyncConnection, draft: Draft, received_at: datetime) -> None:
            assert filed is not None
            draft.data["receipt_no"] = await filed.add(connection, act_id, received_at)

        await self._acts.perform(
            Draft(act_id, child, OPEN, actor, data, within=within if filed else None)
        )

    async def open_filed(self, filed: RelatedFile, beside: Within) -> None:
        """By the day; `beside` is written with the act, or nothing is."""
        act_id = uuid.uuid5(filed.case_id, "open")
        data = {
            **filed.data,
            "table_version": table_of(filed.row).version,
            "procedure": filed.row.procedure,
            "office": filed.office,
        }
        actor = SYSTEM.model_copy(update={"acting_for": filed.owner})

        async def within(connection: AsyncConnection, draft: Draft, received_at: datetime) -> None:
            await beside(connection)
            draft.data["receipt_no"] = await filed.add(connection, act_id, received_at)

        await self._acts.perform(Draft(act_id, filed.case_id, OPEN, actor, data, within=within))
