"""The desks of the licence departments: what is taken at the counter, and how it is decided.

They judge by the national catalogue of licence items (`law.licence_items`), as the bureau does, but ask the
market register for themselves whether the enterprise is there and what its scope is.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.credit import KIND_NAMES, Purpose, barred
from law import business_scope, licence_items
from law.licence_types import LicenceItem, Mode
from registers.errands import (
    LicenceApplication,
    LicenceCommitment,
    LicenceFiling,
    LicenceVerification,
)
from registers.twins.database import one
from registers.twins.desk_schema import desk_errands
from registers.twins.desks import Desk, entered, refuse_marked
from registers.twins.lists import standing_of
from registers.twins.problems import Refused

# Which modes an errand is right for. A commit item may also go the normal way: some may not commit.
_MODES: Mapping[str, tuple[Mode, ...]] = {
    "licence_filing": (Mode.FILE,),
    "licence_commitment": (Mode.COMMIT,),
    "licence_application": (Mode.OPTIMISE, Mode.COMMIT),
    "licence_verification": (Mode.COMMIT,),
}
_HELD = {LicenceFiling.good: "already_filed", LicenceApplication.good: "already_granted"}
MARKS = {
    "bad_record": "departments",
    "false_commitment": "departments",
    "conditions_not_met": "departments",
    "commitment_breached": "departments",
}


def item_of(department: str, item: str) -> LicenceItem:
    """The item, if this department is competent for it; Refused otherwise."""
    known = licence_items.edition().by_id.get(item)
    if known is None:
        raise Refused("item_unknown", "许可事项目录中没有此事项")
    if all(row.department != department for row in licence_items.edition().items):
        raise Refused("department_unknown", "没有此许可主管部门")
    if known.department != department:
        raise Refused("not_competent", f"此事项由{known.department_name}办理")
    return known


async def _taken(connection: AsyncConnection, request: Any) -> None:
    item = item_of(request.department, request.item)
    if item.mode.value.handled not in _MODES[request.errand]:
        raise Refused("wrong_mode", f"此事项的办理方式是{item.mode.value.label}")


async def _verification_taken(connection: AsyncConnection, request: LicenceVerification) -> None:
    await _taken(connection, request)
    granted = select(desk_errands.c.id).where(
        desk_errands.c.number == request.licence_number,
        desk_errands.c.errand == "licence_commitment",
        desk_errands.c.uscc == request.uscc,
        desk_errands.c.item == request.item,
        desk_errands.c.state == LicenceCommitment.good,
    )
    if await one(connection, granted) is None:
        raise Refused("no_commitment", "没有以告知承诺方式取得的此项许可")


async def _scope_has_it(connection: AsyncConnection, request: Any) -> None:
    """The enterprise's scope, as registered, names what the item is about."""
    terms = licence_items.item(request.item).terms
    row = await entered(connection, request.uscc, request.name)
    scope = business_scope.split_scope(row["details"].get("business_scope", ()))
    # A seeded enterprise may have no scope on record, and some items follow from no term.
    if not terms or not scope:
        return
    if not {business_scope.fold(t) for t in scope} & {business_scope.fold(t) for t in terms}:
        raise Refused("scope_lacks_item", "登记的经营范围不含此许可项目")


async def _does_not_hold_it(connection: AsyncConnection, request: Any) -> None:
    """Filed or granted before, by whatever way; one whose verification failed since may apply anew."""
    statement = (
        select(desk_errands)
        .where(
            desk_errands.c.register == request.register_name.value,
            desk_errands.c.uscc == request.uscc,
            desk_errands.c.item == request.item,
            desk_errands.c.state.in_([*_HELD, LicenceVerification.bad]),
        )
        .order_by(desk_errands.c.settled_at.desc(), desk_errands.c.id)
        .limit(1)
    )
    newest = await one(connection, statement)
    if newest is not None and newest["state"] in _HELD:
        raise Refused(_HELD[newest["state"]], "该企业此事项已经备案或者取得许可")


async def _file(connection: AsyncConnection, request: LicenceFiling) -> None:
    await _does_not_hold_it(connection, request)
    await _scope_has_it(connection, request)


async def _commit(connection: AsyncConnection, request: LicenceCommitment) -> None:
    """law.md §2.4: no commitment by a serious bad record, or after a false one before its repair."""
    for bar in barred(Purpose.COMMITMENT, await standing_of(connection, request.uscc)):
        raise Refused("bad_record", f"{KIND_NAMES[bar.kind]}:{bar.rule}({bar.cite})")
    await refuse_marked(
        connection,
        request,
        {
            "bad_record": "有严重不良信用记录,不适用告知承诺",
            "false_commitment": "曾作出虚假承诺尚未修复,不适用告知承诺",
        },
        request.item,
    )
    await _does_not_hold_it(connection, request)
    await _scope_has_it(connection, request)


async def _examine(connection: AsyncConnection, request: LicenceApplication) -> None:
    await refuse_marked(connection, request, {"conditions_not_met": "不符合许可条件"}, request.item)
    await _does_not_hold_it(connection, request)
    await _scope_has_it(connection, request)


async def _verify(connection: AsyncConnection, request: LicenceVerification) -> None:
    reasons = {"commitment_breached": "核查发现实际情况与承诺不符"}
    await refuse_marked(connection, request, reasons, request.item)


DESKS: tuple[Desk, ...] = (
    Desk(
        LicenceFiling,
        title="许可事项备案",
        prefix="BA",
        rule=_file,
        counter=_taken,
    ),
    Desk(
        LicenceCommitment,
        title="许可事项告知承诺",
        prefix="CN",
        rule=_commit,
        counter=_taken,
    ),
    Desk(
        LicenceApplication,
        title="许可事项申请",
        prefix="XK",
        rule=_examine,
        counter=_taken,
    ),
    Desk(
        LicenceVerification,
        title="告知承诺核查",
        prefix="HC",
        rule=_verify,
        counter=_verification_taken,
    ),
)
