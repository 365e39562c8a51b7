"""What is filled in for the use registration of special equipment (特种设备使用登记): law.md §2.14, 特种设备安全法 33.

Which matter needs which materials follows from TSG 08-2017, which was not read: 待核.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, Field, model_validator

from domain.device_uses import FIRST_TIME, INSPECTED, Matter
from forms.base import ApplicationForm, Fault, Form, Section
from forms.fields import Day, Line, Text, labelled
from forms.licence_item import UnifiedCode
from forms.se_hazard_rectification import DeviceCode
from law.equipment_catalogue import (
    BOILERS,
    BY_UNIT,
    MOBILE_VESSELS,
    NEVER_REGISTERED,
    belongs_to,
    catalogue,
)
from law.obligations import BEYOND, latest

MOST_DEVICES: Final = 200
MOST_NAMED: Final = 10
_REASONED: Final = frozenset({Matter.REBUILD, Matter.STOP, Matter.SCRAP})


def _kind(value: str) -> str:
    code = value.upper()
    entry = catalogue().get(code)
    if entry is None:
        raise ValueError("特种设备目录中没有这个代码，请填写类别或者品种的四位代码")
    if not entry.parent:
        raise ValueError(f"{entry.name}是种类，请填写类别或者品种的代码")
    if belongs_to(code, *NEVER_REGISTERED):
        raise ValueError(f"{entry.name}不单独办理使用登记（待核）")
    return code


KindCode = Annotated[Line, AfterValidator(_kind)]


class Device(Form):
    """One device of the application. What the matter does not need stays empty."""

    code = "se_use_registration.device"
    title = "设备"
    title_en = "Device"

    device: Annotated[
        DeviceCode, labelled("设备代码", "Code of the device", hint="17至20位，见设备铭牌")
    ]
    kind: Annotated[
        KindCode | None,
        labelled(
            "设备品种代码",
            "Code of its kind",
            hint="特种设备目录中的四位代码，例如曳引驱动乘客电梯 3110；首次登记的填写，改造后品种不同的也填写",
        ),
    ] = None
    place: Annotated[
        Line | None,
        labelled("设备使用地点", "Place", hint="首次登记的填写；移装的，填写移装后的地点"),
        Field(min_length=2),
    ] = None
    inspection_valid_until: Annotated[
        Day | None,
        labelled(
            "下次检验日期",
            "Inspection valid until",
            hint="监督检验或者定期检验证明上载明的日期；首次登记、改造、移装、启用的填写",
            widget="date",
        ),
    ] = None


class Application(ApplicationForm):
    code = "se_use_registration.application"
    title = "特种设备使用登记申请"
    title_en = "Application for the use registration of special equipment"
    sections = (
        Section("matter", "办理事项", "Matter", ("matter", "put_into_use_on", "energy", "reason")),
        Section(
            "unit",
            "使用单位",
            "Unit",
            ("name", "uscc", "address", "contact", "phone", "previous_unit", "previous_uscc"),
        ),
        Section("devices", "设备", "Devices", ("devices",)),
    )

    matter: Annotated[Matter, labelled("办理事项", "Matter", widget="radios")]
    put_into_use_on: Annotated[
        Day | None,
        labelled(
            "投入使用日期",
            "Put into use on",
            hint="首次登记的设备已经投入使用的填写；应当在投入使用前或者投入使用后30日内办理",
            widget="date",
        ),
    ] = None
    energy: Annotated[
        bool,
        labelled(
            "有锅炉以外的高耗能设备",
            "A device other than a boiler has an energy document",
            hint="勾选后提交能效证明文件",
            widget="checkbox",
        ),
    ] = False
    reason: Annotated[
        Text | None,
        labelled("原因", "Reason", hint="改造、停用、报废的填写", widget="textarea"),
        Field(min_length=2),
    ] = None
    name: Annotated[
        Line,
        labelled("使用单位名称", "Unit", hint="更名的，填写新名称；过户的，填写新的使用单位"),
        Field(min_length=2, max_length=100),
    ]
    uscc: Annotated[
        UnifiedCode, labelled("统一社会信用代码", "Unified social credit code", hint="18 位")
    ]
    address: Annotated[Line, labelled("使用单位地址", "Address of the unit"), Field(min_length=6)]
    contact: Annotated[
        Line, labelled("安全管理人员", "Safety manager", hint="姓名"), Field(min_length=2)
    ]
    phone: Annotated[
        str,
        labelled("手机号码", "Mobile telephone", hint="11 位", personal=True),
        Field(pattern=r"^1[3-9][0-9]{9}$"),
    ]
    previous_unit: Annotated[
        Line | None,
        labelled("原使用单位名称", "The unit before", hint="更名、过户的填写"),
        Field(min_length=2, max_length=100),
    ] = None
    previous_uscc: Annotated[
        UnifiedCode | None,
        labelled("原使用单位统一社会信用代码", "Code of the unit before", hint="过户的填写"),
    ] = None
    devices: Annotated[
        list[Device],
        labelled("设备", "Devices", widget="people"),
        Field(min_length=1, max_length=MOST_DEVICES),
    ]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        codes = [d.device for d in self.devices]
        if len(set(codes)) != len(codes):
            raise ValueError("同一台设备只需填写一次")
        return self

    @model_validator(mode="after")
    def _as_the_matter_needs(self) -> Self:
        first = self.matter in FIRST_TIME
        for line in self.devices:
            if first and line.kind is None:
                raise ValueError(f"首次登记应当填写设备品种代码：{line.device}")
            if (first or self.matter is Matter.MOVE) and line.place is None:
                raise ValueError(f"首次登记、移装应当填写设备使用地点：{line.device}")
            if self.matter in INSPECTED and line.inspection_valid_until is None:
                raise ValueError(f"应当填写下次检验日期：{line.device}")
            if self.matter is Matter.FIRST_BY_UNIT and not belongs_to(line.kind or "", *BY_UNIT):
                raise ValueError("只有气瓶、工业管道可以按单位登记（待核），其他设备请按台套登记")
        if self.matter in _REASONED and not self.reason:
            raise ValueError("改造、停用、报废应当写明原因")
        return self

    @model_validator(mode="after")
    def _from_whom(self) -> Self:
        if self.matter in (Matter.RENAME, Matter.TRANSFER) and not self.previous_unit:
            raise ValueError("更名、过户应当填写原使用单位名称")
        if (self.matter is Matter.TRANSFER) != (self.previous_uscc is not None):
            raise ValueError("过户（且只有过户）应当填写原使用单位统一社会信用代码")
        if self.previous_uscc == self.uscc:
            raise ValueError("过户前后的使用单位相同，请核对；只是名称变更的，请选择更名")
        return self

    @property
    def before(self) -> str:
        """The code of the unit that has the devices until the decision."""
        return self.previous_uscc or self.uscc

    def subject(self) -> str:
        return self.name

    def name_to_register(self) -> str | None:
        return None

    @classmethod
    def chosen(cls, answers: Mapping[str, Any]) -> frozenset[str]:
        """The matter, what kind of matter it is, and what its devices are."""
        matter = str(answers.get("matter") or "")
        found = {matter}
        if matter not in {m.value for m in FIRST_TIME}:
            return frozenset(found | ({"registered_before"} if matter else set()))
        held = answers.get("devices")
        lines = [d for d in held if isinstance(d, Mapping)] if isinstance(held, list) else []
        kinds = [str(d.get("kind") or "").upper() for d in lines]
        found.add("first_time")
        if any(belongs_to(kind, BOILERS) for kind in kinds):
            found.add("boiler")
        if any(belongs_to(kind, MOBILE_VESSELS) for kind in kinds):
            found.add("vehicle")
        if answers.get("energy") is True:
            found.add("energy")
        return frozenset(found)

    def faults(self, today: date) -> list[Fault]:
        ahead = self.put_into_use_on is not None and self.put_into_use_on > today
        found: list[Fault] = [(("put_into_use_on",), "日期还没有到")] if ahead else []
        for n, line in enumerate(self.devices):
            until = line.inspection_valid_until
            if until is not None and until > latest(today):
                found.append((("devices", n, "inspection_valid_until"), BEYOND))
        return found

    def certificate_lines(self) -> list[tuple[str, str]]:
        named = "、".join(d.device for d in self.devices[:MOST_NAMED])
        more = f"等{len(self.devices)}台（套）" if len(self.devices) > MOST_NAMED else ""
        return [("设备代码", named + more)]

    def case_facts(self) -> dict[str, Any]:
        return {"uscc": self.uscc, "matter": self.matter.value, "sets": len(self.devices)}
