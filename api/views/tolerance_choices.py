"""What the acceptor can choose where documents are missing that may follow (容缺受理)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from api.i18n import gettext as _
from api.views.decisions import FieldView, closed


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


def _of_shared_data(field: FieldView, shared: list[str]) -> FieldView:
    """Which documents the acceptor says to have verified."""
    if field.name != "shared_data":
        return field
    told = _("%(what)s：容缺受理时确认；核实不到的，请一次性告知") % {"what": _("、").join(shared)}
    return replace(field, hint=told)
