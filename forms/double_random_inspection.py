"""A plan of a random inspection (双随机、一公开): its lists and which public value draws from them, fixed by proposing it.

law.md §2.17: 民营经济促进法 52; 条例 38; of equipment units 监督检查办法 8, 9, 15, 17. No personal data but officers' names.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import Field, field_validator, model_validator

from domain.public_value import FEWEST_DIGITS, MOST_DIGITS, ValueRule
from domain.random_draw import (
    FEWEST_OFFICERS,
    KEY_WEIGHTS,
    MOST_OFFICERS,
    MOST_TARGETS,
    ORDINARY,
    Excluded,
    Lists,
    Recusal,
    Target,
)
from forms.base import ApplicationForm, Fault, Section
from forms.fields import Day, Line, Text, labelled
from law.codes import CodeError, read_uscc

KEY_UNIT = "重点"
# Plans from before have none of these: they are missed where a plan is proposed, not where one is read.
NAMED: Final = (
    ("value_source", "请写明从哪里取公开数值：计划批准以后才产生、本局不能左右的数值"),
    ("value_day", "请写明公开数值的公布日期"),
    ("value_digits", f"请写明取几位数字，至少 {FEWEST_DIGITS} 位"),
)
# A pasted list may be part of a page: what is longer than any list that can be drawn is not even read.
_MOST_LINES = 10 * MOST_TARGETS
_LONGEST = 200


class Scope(StrEnum):
    """Whom the plan is about."""

    MARKET = "market"
    EQUIPMENT = "equipment"


SCOPE_LABELS = {
    Scope.MARKET: ("市场主体", "Market entities"),
    Scope.EQUIPMENT: ("特种设备使用单位", "Users of special equipment"),
}


def _fields(line: str, number: int, least: int, most: int, form: str) -> list[str]:
    """The fields of a pasted line; commas of both kinds and tabs part them. Raises ValueError."""
    parts = [part.strip() for part in line.replace("，", ",").replace("\t", ",").split(",")]
    if not least <= len(parts) <= most or not all(parts):
        raise ValueError(f"第 {number} 行应当写成：{form}")
    if len(line) > _LONGEST:
        raise ValueError(f"第 {number} 行太长，最多 {_LONGEST} 个字符")
    return parts


def _code(text: str, number: int) -> str:
    try:
        return read_uscc(text).code
    except CodeError as wrong:
        raise ValueError(f"第 {number} 行：{wrong}") from wrong


# With tabs, as a table is pasted; what else cannot be seen the lists refuse.
Lines = Annotated[list[Text], Field(max_length=_MOST_LINES)]


class Application(ApplicationForm):
    """Lines are kept as they are read, in one spelling: the digest of the lists is over them."""

    code = "double_random_inspection.application"
    title = "双随机抽查计划"
    title_en = "Plan of a random inspection"
    sections = (
        Section(
            "plan", "计划", "Plan", ("name", "scope", "matters", "basis", "starts_on", "ends_on")
        ),
        Section(
            "lists",
            "名单",
            "Lists",
            ("targets", "key_weight", "number", "excluded", "inspectors", "per_target", "recusals"),
        ),
        Section(
            "value",
            "公开数值",
            "Public value",
            ("value_source", "value_issue", "value_day", "value_digits"),
        ),
    )

    name: Annotated[Line, labelled("计划名称", "Name of the plan"), Field(min_length=4)]
    scope: Annotated[Scope, labelled("检查对象", "Whom it is about", widget="radios")]
    matters: Annotated[
        Text,
        labelled("检查事项", "What is checked", hint="每行一项", widget="textarea"),
        Field(min_length=2, max_length=2000),
    ]
    basis: Annotated[
        Line,
        labelled(
            "检查依据",
            "Basis",
            hint="写明法规名称和条；没有核对原文的，注明（待核）",
        ),
        Field(min_length=4),
    ]
    starts_on: Annotated[Day, labelled("检查开始日期", "First day", widget="date")]
    ends_on: Annotated[Day, labelled("检查结束日期", "Last day", widget="date")]
    targets: Annotated[
        Lines,
        labelled(
            "检查对象名单",
            "Targets",
            hint="每行一个：统一社会信用代码,名称；重点单位在后面加 ,重点。最多 500 个，更多的请分成几个计划",
            widget="lines",
        ),
    ]
    key_weight: Annotated[
        int,
        labelled(
            "重点单位的权重",
            "Weight of key units",
            hint="2 至 4：先抽到的机会是普通对象的几倍。法律只要求提高比例（监督检查办法第9条），倍数由本局规定（待核）",
        ),
        Field(ge=KEY_WEIGHTS[0], le=KEY_WEIGHTS[-1]),
    ] = KEY_WEIGHTS[0]
    number: Annotated[
        int,
        labelled("抽取数量", "How many are drawn", hint="抽取多少个检查对象"),
        Field(ge=1, le=MOST_TARGETS),
    ]
    excluded: Annotated[
        Lines,
        labelled(
            "不参加抽取的对象",
            "Targets that are not drawn",
            hint="每行一个：统一社会信用代码,理由。例如一年内证后监督检查过的使用单位（监督检查办法第17条）",
            widget="lines",
        ),
    ] = Field(default_factory=list)
    inspectors: Annotated[
        Lines,
        labelled(
            "检查人员名单",
            "Officers",
            hint="每行一人，须是本机关在职的执法人员，最多 50 人",
            widget="lines",
        ),
    ]
    per_target: Annotated[
        int,
        labelled("每个对象的检查人数", "Officers for each target", hint="2 至 4 人"),
        Field(ge=FEWEST_OFFICERS, le=MOST_OFFICERS),
    ] = FEWEST_OFFICERS
    recusals: Annotated[
        Lines,
        labelled(
            "需要回避的人员",
            "Who must recuse",
            hint="每行一条：姓名,统一社会信用代码,理由",
            widget="lines",
        ),
    ] = Field(default_factory=list)
    value_source: Annotated[
        Annotated[Line, Field(min_length=4)] | None,
        labelled(
            "数值的出处",
            "Where it is published",
            hint="本局不能左右的数值，写明全称，例如：中国福利彩票双色球；上证指数收盘。批准以后不能更换（本局规则，待核）",
            needed=True,
        ),
    ] = None
    value_issue: Annotated[Line, labelled("期号", "Issue", hint="有期号的写明，例如：2026113")] = ""
    value_day: Annotated[
        Day | None,
        labelled(
            "数值的公布日期",
            "Published on",
            hint="须在计划批准以后；该日没有公布的，用此后第一次公布的数值",
            widget="date",
            needed=True,
        ),
    ] = None
    value_digits: Annotated[
        Annotated[int, Field(ge=FEWEST_DIGITS, le=MOST_DIGITS)] | None,
        labelled(
            "取几位数字",
            "How many digits",
            hint="只取数字，按公布的顺序；空格、符号、文字、全角半角都不计。双色球 14 位，上证指数收盘（两位小数）6 位",
            needed=True,
        ),
    ] = None

    @field_validator("targets")
    @classmethod
    def _targets(cls, lines: list[str]) -> list[str]:
        if len(lines) > MOST_TARGETS:
            raise ValueError(f"一个计划最多 {MOST_TARGETS} 个检查对象，请分成几个计划")
        read: dict[str, str] = {}
        for number, line in enumerate(lines, 1):
            parts = _fields(line, number, 2, 3, f"统一社会信用代码,名称[,{KEY_UNIT}]")
            code = _code(parts[0], number)
            if code in read:
                raise ValueError(f"第 {number} 行：{code} 重复，同一个对象只写一次")
            if len(parts) == 3 and parts[2] != KEY_UNIT:
                raise ValueError(f"第 {number} 行：第三项只能写“{KEY_UNIT}”，或者不写")
            read[code] = ",".join([code, *parts[1:]])
        return list(read.values())

    @field_validator("excluded")
    @classmethod
    def _excluded(cls, lines: list[str]) -> list[str]:
        read = []
        for number, line in enumerate(lines, 1):
            code, reason = _fields(line, number, 2, 2, "统一社会信用代码,理由")
            read.append(f"{_code(code, number)},{reason}")
        return read

    @field_validator("recusals")
    @classmethod
    def _recusals(cls, lines: list[str]) -> list[str]:
        read = []
        for number, line in enumerate(lines, 1):
            who, code, reason = _fields(line, number, 3, 3, "姓名,统一社会信用代码,理由")
            read.append(f"{who},{_code(code, number)},{reason}")
        return read

    @model_validator(mode="after")
    def _drawable(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError("检查结束日期不能早于开始日期")
        self.lists().check()
        return self

    def lists(self) -> Lists:
        """What is drawn from."""
        targets = []
        for line in self.targets:
            code, name, *key = line.split(",")
            targets.append(Target(code, name, self.key_weight if key else ORDINARY))
        return Lists(
            number=self.number,
            targets=targets,
            inspectors=self.inspectors,
            per_target=self.per_target,
            excluded=[Excluded(*line.split(",")) for line in self.excluded],
            recusals=[Recusal(*line.split(",")) for line in self.recusals],
            rule=self.rule(),
        )

    def rule(self) -> ValueRule | None:
        """Which public value counts; None of a plan that is older than the rule."""
        if self.value_source is None or self.value_day is None or self.value_digits is None:
            return None
        return ValueRule(self.value_source, self.value_issue, self.value_day, self.value_digits)

    def target(self, code: str) -> Target:
        """Raises StopIteration for a code that is not in the list."""
        return next(t for t in self.lists().targets if t.code == code)

    def subject(self) -> str:
        return self.name

    def name_to_register(self) -> str | None:
        return None

    def faults(self, today: date) -> list[Fault]:
        found: list[Fault] = []
        if self.ends_on < today:
            found.append((("ends_on",), "检查结束日期已经过去"))
        found += [((name,), told) for name, told in NAMED if getattr(self, name) is None]
        if self.value_day is not None and self.value_day <= today:
            told = "公开数值须在计划批准以后产生：公布日期须晚于今天"
            found.append((("value_day",), told))
        elif self.value_day is not None and self.value_day > self.ends_on:
            found.append((("value_day",), "公布日期晚于检查结束日期，来不及检查"))
        return found

    def case_facts(self) -> dict[str, Any]:
        """Counts and the digest: the lists themselves stay in the database."""
        lists, rule = self.lists(), self.rule()
        named = {"value_rule": rule.shown()} if rule is not None else {}
        return {
            **named,
            "scope": self.scope.value,
            "ends_on": self.ends_on.isoformat(),
            "number": self.number,
            "targets": len(lists.targets),
            "key_units": sum(t.weight != ORDINARY for t in lists.targets),
            "inspectors": len(self.inspectors),
            "listed": list(self.inspectors),
            "excluded": [f"{e.code}：{e.reason}" for e in lists.excluded][:20],
            "excluded_count": len(lists.excluded),
            "lists_sha256": lists.digest(),
        }
