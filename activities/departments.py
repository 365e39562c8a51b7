"""What a case asks of departments: errands that are answered later, the double notice, publicity.

A request's plain facts come in `args`; what is personal is read from a case's application, by `from_form`, so
that no identity number is ever in a payload.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from activities.context import CaseView, load
from activities.register_calls import effect, inquiry
from domain.contracts import RegisterCall
from registers import ports
from registers.errors import RegisterRefused

M = TypeVar("M", bound=BaseModel)


@effect("open_errand", called_back=True)
async def open_errand(view: CaseView, order: RegisterCall) -> ports.OpenErrand:
    """Open an errand (`registers.errands`) at a department; its outcome comes by callback.

    args: `register`, `errand`, `facts`, `from_form`, `of_case`; see `facts_of`.
    """
    register, errand = ports.Register(order.args["register"]), str(order.args["errand"])
    facts = await facts_of(view, order.args)
    return _made(
        register,
        lambda: ports.errand_request(register, errand, case_ref=order.case_id, facts=facts),
    )


@effect("withdraw_errand")
async def withdraw_errand(view: CaseView, order: RegisterCall) -> ports.WithdrawErrand:
    """Take an open errand back. args: `register`, `opened_by` (the request id of its effect), `reason`."""
    register = ports.Register(order.args["register"])
    return ports.WITHDRAWALS[register](
        case_ref=order.case_id,
        opened_by=order.args["opened_by"],
        reason=order.args.get("reason") or "申请人撤回",
    )


@inquiry("errand_state")
async def errand_state(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """How an errand stands, for the case whose callback never came. args: `register`, `opened_by`.

    The answer's `state`: unknown, open, withdrawn, or the outcome; else as the callback's payload.
    """
    desk = view.means.registers.desk(ports.Register(order.args["register"]))
    state = await desk.errand(str(order.args["opened_by"]))
    return {"state": "unknown"} if state is None else state.model_dump(mode="json")


@effect("notify_department")
async def notify_department(view: CaseView, order: RegisterCall) -> ports.NotifyDepartment:
    """双告知 to one department. args: `facts` (`department`, `items`, …), `from_form`, `of_case`."""
    facts = await facts_of(view, order.args)
    return _made(
        ports.Register.DEPARTMENTS,
        lambda: ports.NotifyDepartment.model_validate({**facts, "case_ref": order.case_id}),
    )


@effect("publish_licence_items")
async def publish_licence_items(view: CaseView, order: RegisterCall) -> ports.PublishLicenceItems:
    """What came of the items, to NECIPS. args: `facts`: `uscc`, `name`, `items`; `from_form`, `of_case`."""
    facts = await facts_of(view, order.args)
    return _made(
        ports.Register.NECIPS,
        lambda: ports.PublishLicenceItems.model_validate({**facts, "case_ref": order.case_id}),
    )


async def facts_of(view: CaseView, args: Mapping[str, Any]) -> dict[str, Any]:
    """`args["facts"]`, and for each entry of `args["from_form"]` the field of the application that it names.

    A path goes by fields (`domicile`), places (`persons.0`) and posts (`persons.legal_representative`); a
    person becomes name and identity number. The application is that of the case, or of `args["of_case"]`.
    """
    facts = dict(args.get("facts") or {})
    paths: Mapping[str, str] = args.get("from_form") or {}
    if not paths:
        return facts
    other = args.get("of_case")
    form = (await load(view.means, str(other))).form if other else view.form
    return facts | {fact: _plain(_at(form, path)) for fact, path in paths.items()}


def _at(value: Any, path: str) -> Any:
    """Raises LookupError, naming the path and no value, where the application has no such thing."""
    for step in path.split("."):
        if isinstance(value, list):
            places = value[int(step) : int(step) + 1] if step.isdecimal() else _holding(value, step)
            value = places[0] if places else None
        else:
            value = getattr(value, step, None)
        if value is None:
            raise LookupError(f"the application has no {path}")
    return value


def _holding(people: list[Any], post: str) -> list[Any]:
    return [p for p in people if post in getattr(p, "posts", ())]


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel) and hasattr(value, "id_number"):
        return {"name": getattr(value, "name", ""), "id_number": value.id_number}
    return value.value if isinstance(value, Enum) else value


def _made(register: ports.Register, make: Callable[[], M]) -> M:
    """A request that the register's contract does not allow is refused here: sending it again and again
    would not make it right. Only the fields' names are told."""
    try:
        return make()
    except ValidationError as error:
        fields = sorted({".".join(map(str, e["loc"])) for e in error.errors()})
        raise RegisterRefused(
            register, "invalid_request", f"请求内容不完整或者不合规定：{'、'.join(fields)}"
        ) from None
