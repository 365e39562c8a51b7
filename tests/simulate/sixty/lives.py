"""One life each: what people do to a case and when, drawn by the seed; the law's instants come from the second reading."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final

from law.codes import make_uscc
from tests.chaos.cases import trade_name
from tests.oracle.answers import BEIJING, answer
from tests.oracle.papers import office_open
from tests.simulate.ends import DAY

# From the first of September on a licence may be accepted on a promise (its second catalogue).
STARTS: Final = datetime(2026, 9, 1, 8, tzinfo=BEIJING)
DAYS: Final = 60
ENDS: Final = STARTS + DAYS * DAY
SECOND: Final = timedelta(seconds=1)
# Acts of many cases fall on the same instants: they are done side by side.
HOURS: Final = (9, 10, 11, 14, 15, 16)
EVENING: Final = 20
READ_APART: Final = str.maketrans("和宏", "安嘉")


@dataclass(frozen=True)
class Step:
    """One act of a person, or a look.

    Attributes:
        stage: what the case must reach by it; "" asks nothing.
        refused: the code by which it must be refused.
        board: kind of the notice that must be on record after it.
    """

    at: datetime
    by: str
    do: str
    case: str
    data: Mapping[str, Any] = field(default_factory=dict)
    procedure: str = ""
    stage: str = ""
    refused: str = ""
    board: str = ""


class TooLong(Exception):
    """The life does not end within the sixty days."""


class Life:
    """A case with those that follow from it, from its opening on.

    Attributes:
        at: the instant of the last step.
        world: what the registers know of its enterprise beforehand.
    """

    def __init__(self, kind: str, number: int, rng: Random, day: date) -> None:
        self.kind, self.number, self.rng = kind, number, rng
        self.at = datetime.combine(day, time(8), BEIJING)
        self.steps: list[Step] = []
        self.world: dict[str, list[dict[str, Any]]] = {}
        self.person, self.creditor = f"person{number}", f"creditor{number}"
        self.case = f"{kind}.{number}"
        # Names that are read alike are held against each other.
        self.core = trade_name(number).translate(READ_APART)

    def uscc(self, kind: str = "1") -> str:
        return make_uscc(kind, "421303", f"MQ{self.number:06d}")

    def enterprise(self, **more: Any) -> dict[str, Any]:
        """Known at the registers, with a licence and a head."""
        row: dict[str, Any] = {
            "uscc": self.uscc(),
            "name": self.company,
            "licence_number": f"4213039{self.number:08d}",
            "registered_on": "2020-05-06",
            "legal_representative": {"name": "周晓岚", "id_number": "421303198506142016"},
        } | more
        self.world.setdefault("enterprises", []).append(row)
        return row

    @property
    def company(self) -> str:
        return f"随州市曾都区{self.core}商贸有限公司"

    # -- time --------------------------------------------------------------------------------------

    def later(self, lo: int = 0, hi: int = 0) -> None:
        """To an hour of the office, `lo` to `hi` of its days on."""
        left = self.rng.randint(lo, hi)
        day = self.at.date()
        while left or not office_open(day):
            day += DAY
            left -= bool(left) and office_open(day)
        slots = [datetime.combine(day, time(hour), BEIJING) for hour in HOURS]
        open_ = [slot for slot in slots if slot > self.at]
        if day > self.at.date():
            self.at = self.rng.choice(open_)
        elif open_:
            self.at = open_[0]
        else:
            self.at = datetime.combine(day, time(23), BEIJING)
            self.later(1, 1)

    def any_time(self, before: datetime) -> None:
        """To some instant before the end: an evening, a working hour, or the very last second."""
        days = (before - self.at) // DAY
        if days < 1 or self.rng.random() < 0.25:
            self.at = before - SECOND
            return
        day = self.at.date() + self.rng.randint(1, days) * DAY
        at = datetime.combine(day, time(self.rng.choice((*HOURS, EVENING))), BEIJING)
        self.at = at if at < before else before - SECOND

    def end(self, clock: str, trigger: datetime | None = None, *, extended: int = 0) -> datetime:
        """The first instant after the clock's period, by the second reading."""
        return answer(clock, trigger or self.at, extended=extended).ends_at

    def after(self, instant: datetime, lo: int = 0, hi: int = 2) -> None:
        """To an hour of the office after the instant."""
        self.at = max(self.at, instant)
        self.later(lo, hi)

    # -- acts ----------------------------------------------------------------------------------------

    def do(self, by: str, do: str, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        """At the life's present instant. Raises TooLong."""
        if self.at >= ENDS:
            raise TooLong
        more.setdefault("case", self.case)
        self.steps.append(Step(self.at, by, do, data=dict(data or {}), **more))

    def submit(self, procedure: str, form: Mapping[str, Any], **more: Any) -> None:
        given = more.pop("given", {})
        self.do(self.person, "submit", {"form": dict(form), **given}, procedure=procedure, **more)

    def task(self, by: str, form: str, stage: str = "", **answers: Any) -> None:
        """An officer's answer; who reviews or decides says that there is no interest in it."""
        more = {"case": answers.pop("case")} if "case" in answers else {}
        self.do(by, "complete", {"task": form, **answers}, stage=stage, **more)

    def accepted(self, stage: str = "under_review", **more: Any) -> None:
        self.later(0, 2)
        self.task("acceptor", "approval.acceptance", stage, decision="accept", **more)

    def reviewed(self, stage: str, by: str = "reviewer", **more: Any) -> None:
        self.later(0, 1)
        self.task(by, "approval.review", stage, finding="conforms", no_interest=True, **more)

    def granted(self, stage: str, by: str = "approver", **more: Any) -> None:
        self.later(0, 1)
        self.task(by, "approval.decision", stage, decision="grant", no_interest=True, **more)


Build = Callable[[Life], None]
KINDS: dict[str, tuple[Build, int]] = {}
"""Kind → how it goes, and how often it is drawn."""


def kind(name: str, often: int) -> Callable[[Build], Build]:
    """Declares a kind of life."""

    def add(build: Build) -> Build:
        KINDS[name] = build, often
        return build

    return add


def drawn(name: str, number: int, seed: object) -> Life:
    """A life of this kind that ends within the days, opened on some day: the same seed, the same life."""
    rng = Random(f"{seed}:{name}:{number}")
    for _ in range(500):
        day = STARTS.date() + rng.randrange(DAYS) * DAY
        life = Life(name, number, rng, day)
        try:
            KINDS[name][0](life)
        except TooLong:
            continue
        return life
    raise ValueError(f"no {name} ends within {DAYS} days")


def several(seed: int, count: int, first: int = 0, only: tuple[str, ...] = ()) -> list[Life]:
    """So many, numbered from `first`: each kind in its share, none left out where there is room."""
    chosen = [name for name in KINDS if not only or name.split(".")[0] in only or name in only]
    if not chosen:
        raise ValueError(f"no kind of case is called {', '.join(only)}")
    rng = Random(f"{seed}:{first}")
    names = list(chosen)
    rng.shuffle(names)
    weights = [KINDS[name][1] for name in chosen]
    names = names[:count] + rng.choices(chosen, weights, k=max(0, count - len(names)))
    return [drawn(name, first + n, seed) for n, name in enumerate(names)]
