"""What is applied for of a device's use registration (使用登记): law.md §2.14, 特种设备安全法 33."""

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Matter(StrEnum):
    """按台套登记, 按单位登记, 改造, 移装, 更名, 过户, 停用, 启用, 报废注销."""

    FIRST = "first"
    FIRST_BY_UNIT = "first_by_unit"
    REBUILD = "rebuild"
    MOVE = "move"
    RENAME = "rename"
    TRANSFER = "transfer"
    STOP = "stop"
    RESTART = "restart"
    SCRAP = "scrap"


MATTER_LABELS: Final = {
    Matter.FIRST: ("首次登记（按台套）", "First registration, by device"),
    Matter.FIRST_BY_UNIT: ("首次登记（按单位）", "First registration, by unit"),
    Matter.REBUILD: ("变更登记：改造", "Change: rebuilt"),
    Matter.MOVE: ("变更登记：移装", "Change: moved"),
    Matter.RENAME: ("变更登记：使用单位更名", "Change: the unit has another name"),
    Matter.TRANSFER: ("变更登记：过户", "Change: another unit has it"),
    Matter.STOP: ("停用", "Stop of use"),
    Matter.RESTART: ("启用", "Use again"),
    Matter.SCRAP: ("报废注销", "Scrapped"),
}
FIRST_TIME: Final = frozenset({Matter.FIRST, Matter.FIRST_BY_UNIT})
CHANGES: Final = frozenset({Matter.REBUILD, Matter.MOVE, Matter.RENAME, Matter.TRANSFER})
CERTIFIED: Final = FIRST_TIME | CHANGES
"""What leads to a new certificate."""
INSPECTED: Final = FIRST_TIME | {Matter.REBUILD, Matter.MOVE, Matter.RESTART}
"""What needs an inspection that is valid on the day of the decision."""
PAPER_OF: Final = MappingProxyType(
    {Matter.STOP: "stopped", Matter.RESTART: "restarted", Matter.SCRAP: "scrapped"}
    | dict.fromkeys(CHANGES, "changed")
    | dict.fromkeys(FIRST_TIME, "grant")
)
"""The kind of paper that tells the decision to grant."""
