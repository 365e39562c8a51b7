"""Tables are declared: no undeclared move, no dead end, labels that the diagram can hold."""

import pytest

from domain.transitions import Stage, StageKind, Table, Transition, UndeclaredTransition
from workflows.registry import PROCEDURES

TABLES = [t for w in PROCEDURES.values() for t in w.tables.values()]
tables = pytest.mark.parametrize("table", TABLES, ids=lambda t: f"{t.procedure}-{t.version}")


@tables
def test_every_stage_is_reached_and_left_or_final(table: Table) -> None:
    for stage in table.stages:
        incoming = [t for t in table.transitions if t.to == stage.id]
        outgoing = [t for t in table.transitions if t.frm == stage.id]
        assert stage.id == table.first or incoming, f"{stage.id} is never reached"
        assert stage.final or outgoing, f"{stage.id} is a dead end"
        assert stage.final or stage.holder, f"nobody holds the ball in {stage.id}"


@tables
def test_labels_fit_the_diagram(table: Table) -> None:
    for stage in table.stages:
        assert 1 <= len(stage.label) <= 7
        assert stage.label_en


@tables
def test_the_main_line_is_a_path(table: Table) -> None:
    for a, b in zip(table.main, table.main[1:], strict=False):
        table.check(a, b)
    assert table.stage(table.main[-1]).kind is StageKind.GOOD


@tables
def test_an_undeclared_move_is_an_error(table: Table) -> None:
    declared = {(t.frm, t.to) for t in table.transitions}
    for a in table.stages:
        for b in table.stages:
            if (a.id, b.id) not in declared:
                with pytest.raises(UndeclaredTransition):
                    table.check(a.id, b.id)


def test_a_table_that_names_no_stage_does_not_load() -> None:
    stage = Stage("a", "甲", "A", holder="applicant")
    with pytest.raises(UndeclaredTransition):
        Table("x", "1", (stage,), (Transition("a", "b", "-"),), ("a",))
    with pytest.raises(UndeclaredTransition):
        Table(
            "x",
            "1",
            (Stage("a", "甲", "A", StageKind.GOOD), stage),
            (Transition("a", "a", "-"),),
            ("a",),
        )
