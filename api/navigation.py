"""The few places every page links to. An entry shows only where the application serves its address."""

from typing import Final, Literal, NamedTuple

from fastapi import FastAPI

from api.i18n import mark
from api.security.person import Person
from api.security.routes import served_paths
from domain.roles import WATCHING, Role
from law import catalogue

Place = Literal["public", "desk", "account", "footer"]

_OVERSEERS: Final = frozenset(WATCHING)
# Who answers for special equipment, at a device or over the office.
_EQUIPMENT: Final = _OVERSEERS | {Role.INSPECTOR}
# Whoever some procedure lets open a case on the office's own motion.
_PROPOSERS: Final = frozenset(
    Role(row.roles["proposal"]) for row in catalogue.procedures() if row.ex_officio
)


class Entry(NamedTuple):
    """One link. `roles` empty: everybody who sees this header."""

    place: Place
    key: str
    label: str
    path: str
    roles: frozenset[Role] = frozenset()


ENTRIES: Final = (
    Entry("public", "guide", mark("办事指南"), "/items"),
    Entry("public", "names", mark("查名称"), "/names/check"),
    Entry("public", "case", mark("我的办件"), "/cases"),
    Entry("public", "notice", mark("公示"), "/notices"),
    Entry("public", "verify", mark("证照核验"), "/verify"),
    Entry("desk", "inbox", mark("待办"), "/desk"),
    Entry("desk", "intake", mark("窗口收件"), "/desk/intake", frozenset({Role.ACCEPTOR})),
    Entry("desk", "propose", mark("依职权立项"), "/desk/open", _PROPOSERS),
    Entry("desk", "search", mark("查询"), "/desk/search"),
    Entry(
        "desk",
        "differences",
        mark("设备差异"),
        "/desk/equipment/differences",
        frozenset({Role.INSPECTOR, Role.SECTION_HEAD}),
    ),
    Entry("desk", "equipment", mark("特种设备"), "/desk/equipment", _EQUIPMENT),
    Entry("desk", "hazards", mark("隐患看板"), "/desk/hazards", _EQUIPMENT),
    Entry("desk", "openings", mark("企业开办用时"), "/desk/opening-times", _OVERSEERS),
    Entry("desk", "law", mark("期限规定"), "/desk/law", frozenset({Role.SUPERVISOR, Role.ADMIN})),
    Entry("desk", "board", mark("督办看板"), "/desk/board", _OVERSEERS),
    Entry("desk", "inspect", mark("办件检查"), "/admin/cases", _OVERSEERS),
    Entry(
        "desk",
        "calendars",
        mark("节假日安排"),
        "/admin/calendars",
        frozenset({Role.ADMIN, Role.REGISTRY_HEAD, Role.BUREAU_HEAD, Role.AUDITOR}),
    ),
    Entry(
        "desk",
        "officer-certificates",
        mark("执法证件"),
        "/admin/officer-certificates",
        frozenset({Role.ADMIN}),
    ),
    Entry(
        "account", "calendar", mark("日历订阅：把到期日放进手机或者电脑的日历"), "/account/calendar"
    ),
    Entry("footer", "accessibility", mark("无障碍声明"), "/accessibility"),
    Entry("footer", "privacy", mark("个人信息保护"), "/privacy"),
    Entry("footer", "service", mark("服务状态与承诺"), "/service"),
    Entry("footer", "complaint", mark("投诉与建议"), "/complaints"),
)


def _served(app: FastAPI) -> frozenset[str]:
    known: frozenset[str] | None = getattr(app.state, "served_paths", None)
    if known is None:
        known = app.state.served_paths = served_paths(app)
    return known


def entries(app: FastAPI, place: Place, person: Person | None) -> list[Entry]:
    """The links of one place for this reader."""
    served = _served(app)
    return [
        entry
        for entry in ENTRIES
        if entry.place == place
        and entry.path in served
        and (not entry.roles or (person is not None and person.has(*entry.roles)))
    ]
