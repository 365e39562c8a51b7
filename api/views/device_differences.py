"""A difference between the platform and our register, as pages and clients see it."""

from typing import Any, Final

from api.i18n import gettext as _
from api.i18n import mark
from api.views.equipment import device_path, unit_path
from api.views.words import bilingual
from law import catalogue
from law.equipment_catalogue import UnknownKind, entry_of
from law.zone import local
from storage.device_differences import OVERTAKEN, PLATFORM, said_of
from storage.tables_device_news import DeviceDifferenceRow
from storage.tables_devices import DeviceRow, ObligationRow

KINDS: Final = {
    "uscc": mark("统一社会信用代码的校验码不符"),
    "kind": mark("特种设备目录中没有这个品种"),
    "term": mark("检验有效期超过可能的年限"),
    "text": mark("使用单位、使用地点或者登记证编号含有看不见的字符，或者过长"),
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
    """One row with its words. `device`: as our register has it now."""

    def __init__(self, row: DeviceDifferenceRow, device: DeviceRow | None) -> None:
        self.row = row
        self.current = said_of(device) if device else None

    @property
    def kinds(self) -> list[str]:
        """Why it was not taken over, in words."""
        return [_(KINDS[kind]) if kind in KINDS else kind for kind in self.row.kinds]

    @property
    def lines(self) -> list[tuple[str, str, str, bool, str]]:
        """Label, ours when it was found, the platform's, whether the two differ, and ours now."""
        found = []
        for name, label in FIELDS.items():
            ours, theirs = self.row.ours.get(name), self.row.theirs.get(name)
            differ = str(ours or "") != str(theirs or "")
            now = _said(name, (self.current or {}).get(name))
            found.append((_(label), _said(name, ours), _said(name, theirs), differ, now))
        return found

    @property
    def moved(self) -> bool:
        """Whether our register has changed since it was found."""
        return self.current is not None and self.current != self.row.ours

    @property
    def outcome(self) -> str:
        """Whose word was taken, of one that is settled."""
        if self.row.choice == OVERTAKEN:
            return _("台账已有更新的记载，不再采用")
        return _("采用监管平台的记载") if self.row.choice == PLATFORM else _("保留本局的记载")

    def to_json(self) -> dict[str, Any]:
        row = self.row
        return {
            "id": str(row.id),
            "device": row.device,
            "kinds": row.kinds,
            "ours": row.ours,
            "theirs": row.theirs,
            "current": self.current,
            "found_at": local(row.found_at).isoformat(),
            "choice": row.choice,
            "reason": row.reason,
            "settled_by": row.settled_name,
            "settled_at": local(row.settled_at).isoformat() if row.settled_at else None,
            "applied_at": local(row.applied_at).isoformat() if row.applied_at else None,
        }


class UnopenedView:
    """A duty whose case was not opened on its day, with its words."""

    def __init__(self, row: ObligationRow) -> None:
        self.row = row

    @property
    def name(self) -> str:
        item = catalogue.procedure(self.row.procedure)
        return bilingual(item.title, item.title_en)

    @property
    def path(self) -> str:
        """The page of its device, or of its unit."""
        own = self.row.subject == self.row.uscc
        return unit_path(self.row.uscc) if own else device_path(self.row.subject)


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
