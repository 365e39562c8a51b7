"""A difference between the platform and our register, as pages and clients see it."""

from typing import Any, Final

from api.i18n import gettext as _
from api.i18n import mark
from api.views.words import bilingual
from law.equipment_catalogue import UnknownKind, entry_of
from law.zone import local
from storage.tables_device_news import DeviceDifferenceRow

KINDS: Final = {
    "uscc": mark("统一社会信用代码的校验码不符"),
    "kind": mark("特种设备目录中没有这个品种"),
    "revision": mark("变更序号比已经收到的旧，或者次序不对"),
    "scrapped": mark("已经报废的设备又在用"),
    "inspection": mark("检验有效期比已知的短"),
    "registration_number": mark("使用登记证编号与本局核发的不同"),
}
FIELDS: Final = {
    "state": mark("状态"),
    "unit": mark("使用单位"),
    "uscc": mark("统一社会信用代码"),
    "kind": mark("品种"),
    "place": mark("使用地点"),
    "registration_number": mark("使用登记证编号"),
    "inspection_valid_until": mark("检验有效期至"),
    "revision": mark("变更序号"),
}
STATES: Final = {
    "unregistered": ("没有办理使用登记", "not registered"),
    "in_use": ("在用", "in use"),
    "stopped": ("停用", "stopped"),
    "scrapped": ("报废", "scrapped"),
}


class DifferenceView:
    """One row with its words."""

    def __init__(self, row: DeviceDifferenceRow) -> None:
        self.row = row

    @property
    def kinds(self) -> list[str]:
        """Why it was not taken over, in words."""
        return [_(KINDS[kind]) if kind in KINDS else kind for kind in self.row.kinds]

    @property
    def lines(self) -> list[tuple[str, str, str, bool]]:
        """Label, ours, the platform's, whether the two differ."""
        found = []
        for name, label in FIELDS.items():
            ours, theirs = self.row.ours.get(name), self.row.theirs.get(name)
            differ = str(ours or "") != str(theirs or "")
            found.append((_(label), _said(name, ours), _said(name, theirs), differ))
        return found

    def to_json(self) -> dict[str, Any]:
        row = self.row
        return {
            "id": str(row.id),
            "device": row.device,
            "kinds": row.kinds,
            "ours": row.ours,
            "theirs": row.theirs,
            "found_at": local(row.found_at).isoformat(),
            "choice": row.choice,
            "reason": row.reason,
            "settled_by": row.settled_name,
            "settled_at": local(row.settled_at).isoformat() if row.settled_at else None,
            "applied_at": local(row.applied_at).isoformat() if row.applied_at else None,
        }


def _said(name: str, value: Any) -> str:
    if value is None or value == "":
        return _("没有")
    if name == "state":
        return bilingual(*STATES[value]) if value in STATES else str(value)
    if name == "kind":
        try:
            return f"{entry_of(str(value)).name}（{value}）"
        except UnknownKind:
            return str(value)
    return str(value)
