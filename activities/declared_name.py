"""The name of a registration at the library of names: what stands in its way, and that nobody else gets it.

The counterpart of `workflows.declared_name`; a name without a reservation is held while the register is asked.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from activities.context import CaseView, jsonable
from activities.register_calls import inquiry
from domain.contracts import RegisterCall
from law.calendars import default_calendars
from law.names.check import check_name
from law.names.holders import blocked_until
from law.names.model import Name
from law.names.rules import Effect
from law.zone import civil_date
from registers.errors import RegisterRefused
from registers.messages import Register
from storage import names_declared
from storage.acts import app_now
from storage.names_registry import HeldName, HoldEnded, NameTaken, collisions, hold
from storage.names_verdict import MOST_SHOWN, prefecture

# Longer than a register is away; a refused application bars others for this long at most.
CLAIM = timedelta(days=7)


def name_of(view: CaseView) -> Name | None:
    """The name to be registered, in its parts; None where there is nothing to read."""
    written = view.form.name_to_register()
    return None if written is None else check_name(written, seat=view.office.division).name


def own_code(view: CaseView) -> str | None:
    """The code of the enterprise whose name is changed: its own name is in nobody's way."""
    return getattr(view.form, "uscc", None)


def _same_holder(view: CaseView, held: HeldName) -> bool:
    return held.holder is not None and held.holder == own_code(view)


async def names_in_the_way(view: CaseView) -> list[str]:
    """Names of the whole prefecture that are the same: registered, reserved, or given up less than a year ago.

    A reservation of the applicant's own is in nobody's way.
    """
    name = name_of(view)
    if name is None:
        return []
    async with view.means.engine.connect() as connection:
        found = await collisions(connection, name, jurisdiction=prefecture(view.office.division))
        own = await names_declared.cases_of(connection, view.case.owner)
    return [
        f"{c.held.text}（{c.held.state.label}）"
        for c in found
        if c.effect is Effect.SAME and c.held.case_id not in own and not _same_holder(view, c.held)
    ][:MOST_SHOWN]


async def claim_name(view: CaseView, order: RegisterCall) -> None:
    """Hold the name while the register is asked, where no reservation does: nobody else gets it in between.

    Raises:
        RegisterRefused: somebody else holds the same name by now.
    """
    name = name_of(view)
    if name is None or order.args.get("reservation"):
        return
    try:
        async with view.means.engine.begin() as connection:
            await hold(
                connection,
                name,
                jurisdiction=prefecture(view.office.division),
                seat=view.office.division,
                case_id=view.case_id,
                # Nobody's quota: the hold is the office's, and ends by itself where the register refuses.
                person=f"case:{view.case_id}",
                until=await app_now(connection) + CLAIM,
                committed=True,
            )
    except NameTaken as taken:
        async with view.means.engine.connect() as connection:
            own = await names_declared.cases_of(connection, view.case.owner)
        others = [
            c.held.text
            for c in taken.collisions
            if c.held.case_id not in own and not _same_holder(view, c.held)
        ]
        if others or not taken.collisions:
            said = "名称与他人的名称相同" + ("：" + "、".join(others) if others else "")
            raise RegisterRefused(Register.NAMES, "name_taken", said) from taken
    except HoldEnded:
        # An attempt long ago held it, and the register may have entered the enterprise then: it is asked first.
        return


async def keep_registered(view: CaseView, order: RegisterCall, answer: Any) -> dict[str, Any]:
    """The library knows the name as registered before the case does: nobody gets it in between."""
    reservation = order.args.get("reservation")
    async with view.means.engine.begin() as connection:
        await names_declared.registered(
            connection,
            name_of(view),
            jurisdiction=prefecture(view.office.division),
            seat=view.office.division,
            holder=str(answer.uscc),
            reservation=UUID(reservation) if reservation else view.case_id,
        )
    return jsonable(answer)


async def keep_renamed(view: CaseView, order: RegisterCall, answer: Any) -> dict[str, Any]:
    """The library knows the new name as registered, and the old one as given up for a year (N03)."""
    if (name := name_of(view)) is not None:
        reservation = order.args.get("reservation")
        day = civil_date(answer.changed_at)
        async with view.means.engine.begin() as connection:
            await names_declared.renamed(
                connection,
                name,
                jurisdiction=prefecture(view.office.division),
                seat=view.office.division,
                holder=str(answer.uscc),
                reservation=UUID(reservation) if reservation else view.case_id,
                barred_until=blocked_until(day, default_calendars()),
            )
    return jsonable(answer)


@inquiry("secure_name")
async def secure_name(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """Whether the reservation still holds; from now on it does until the register has answered."""
    async with view.means.engine.begin() as connection:
        held = await names_declared.secure(connection, UUID(order.args["reservation"]))
    return {"held": held}


@inquiry("free_name")
async def free_name(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """The register refused: the reservation runs on."""
    async with view.means.engine.begin() as connection:
        await names_declared.give_back(connection, UUID(order.args["reservation"]))
    return {}
