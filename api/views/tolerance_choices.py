"""What officers can choose where documents are missing that may follow (容缺受理): at acceptance, and after an overrun."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from api.i18n import gettext as _
from api.views.decisions import FieldView, closed
from domain import promises


def of_acceptance(found: list[FieldView], context: Mapping[str, Any]) -> list[FieldView]:
    """Without such documents there is nothing to tolerate; with them, plain acceptance would forget them."""
    missing, bars = context.get("tolerable"), context.get("not_tolerable")
    shared = [m["label"] for m in missing or () if m.get("shared_data")]
    found = [_of_shared_data(f, shared) for f in found if f.name != "shared_data" or shared]
    if not missing:
        return [
            replace(f, options=tuple(o for o in f.options if o.value != "tolerate")) for f in found
        ]
    names = _("、").join(m["label"] for m in missing)
    told = _("还缺%(what)s，不能直接受理") % {"what": names}
    found = [closed(f, "accept", told) for f in found]
    if bars:
        why = _("；").join(bars)
        found = [closed(f, "tolerate", _("不能容缺受理：%(why)s") % {"why": why}) for f in found]
    return found


def of_overdue(found: list[FieldView], *, received: bool, issued: bool) -> list[FieldView]:
    """What never came cannot be accepted late; where no certificate is out, there is none to mark or to revoke."""
    if not received:
        found = [closed(f, promises.ACCEPTED_LATE, _("还没有收到这份材料")) for f in found]
    if issued:
        return found
    found = [closed(f, promises.REVOCATION, _("还没有准予，不需要撤销")) for f in found]
    effects = {
        promises.ORDER: _("写明最迟补齐的日期；补齐以前不发证件"),
        promises.INSPECTION: _("由本局检查岗位签收后检查；申请照常作出决定"),
    }
    return [
        replace(
            f,
            options=tuple(o._replace(effect=effects.get(o.value, o.effect)) for o in f.options),
        )
        for f in found
    ]


def _of_shared_data(field: FieldView, shared: list[str]) -> FieldView:
    """Which documents the acceptor says to have verified."""
    if field.name != "shared_data":
        return field
    told = _("%(what)s：容缺受理时确认；核实不到的，请一次性告知") % {"what": _("、").join(shared)}
    return replace(field, hint=told)
