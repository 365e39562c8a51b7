"""The declared stages of a procedure and the moves between them.

Declared, not inferred: a move that is not in the table is an error, the tests walk every declared
one, and diagram, BPMN export and conformance check are drawn from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

EMPTY: Final[Mapping[str, frozenset[str]]] = MappingProxyType({})


class UndeclaredTransition(Exception):
    """A procedure tried to move where its table has no arrow."""


class StageKind(StrEnum):
    OPEN = ""
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True)
class Stage:
    """`label` has at most 7 characters so that the diagram holds it."""

    id: str
    label: str
    label_en: str
    kind: StageKind = StageKind.OPEN
    # Who holds the ball: a role, "applicant", "parties", "register:<name>", "related:<item>" (whoever holds it in
    # the case opened for the item) or "" for the system.
    holder: str = ""
    doing: str = ""

    @property
    def final(self) -> bool:
        return self.kind is not StageKind.OPEN


@dataclass(frozen=True)
class Transition:
    frm: str
    to: str
    when: str


@dataclass(frozen=True)
class Table:
    """A procedure's stages and moves, one immutable version. Cases pin it; old ones stay."""

    procedure: str
    version: str
    stages: tuple[Stage, ...]
    transitions: tuple[Transition, ...]
    main: tuple[str, ...]
    accepts: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = {s.id for s in self.stages}
        for t in self.transitions:
            if t.frm not in known or t.to not in known:
                raise UndeclaredTransition(f"{self.procedure}: {t.frm} → {t.to} names no stage")
            if self.stage(t.frm).final:
                raise UndeclaredTransition(f"{self.procedure}: {t.frm} is final")
        unknown = (set(self.main) | set(self.accepts)) - known
        if unknown:
            raise UndeclaredTransition(f"{self.procedure}: unknown stages {sorted(unknown)}")

    def extended(
        self,
        version: str,
        *,
        after: Mapping[str, tuple[Stage, ...]],
        transitions: tuple[Transition, ...],
        accepts: Mapping[str, frozenset[str]] = EMPTY,
    ) -> "Table":
        """The next version: further stages, each behind the one named in `after`, moves and acts; nothing is taken away."""
        return replace(
            self,
            version=version,
            stages=tuple(s for old in self.stages for s in (old, *after.get(old.id, ()))),
            transitions=(*self.transitions, *transitions),
            accepts={**self.accepts, **accepts},
        )

    @property
    def first(self) -> str:
        return self.stages[0].id

    def stage(self, stage_id: str) -> Stage:
        for s in self.stages:
            if s.id == stage_id:
                return s
        raise KeyError(stage_id)

    def check(self, frm: str, to: str) -> None:
        """Raises UndeclaredTransition unless the table has the arrow."""
        if not any(t.frm == frm and t.to == to for t in self.transitions):
            raise UndeclaredTransition(f"{self.procedure} {self.version}: {frm} → {to}")
