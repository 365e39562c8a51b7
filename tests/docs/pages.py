"""The reference pages that are written from the code: `python -m tests.docs.pages` writes them.

A test compares; so a page cannot say what the code no longer does.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from api import i18n
from api.problems import GENERAL, problem_type
from domain.refusals import Refusal
from domain.transitions import Stage, StageKind, Table
from law import catalogue, licence_reference, sod
from law.catalogue import Procedure
from law.clocks import Verified, find_clock
from law.names import reference as name_reference
from workflows.registry import PROCEDURES

REFERENCE: Final = Path(__file__).resolve().parents[2] / "docs" / "reference"
WRITTEN: Final = "Written by `python -m tests.docs.pages`; do not edit.\n"


def _english(text: str) -> str:
    i18n.use("en")
    try:
        return i18n.gettext(text) if text else ""
    finally:
        i18n.use(i18n.DEFAULT)


def problem_types() -> str:
    """Every code of a problem document."""
    lines = [
        "# Problem types",
        "",
        WRITTEN,
        "A refusal over HTTP is `application/problem+json` (RFC 9457). `type` is `/problems/{code}`, which is a page that",
        "explains it; `code` is stable and what a client branches on; `errors[]` points at wrong values with a JSON Pointer;",
        "`request_id` is what support asks for. Texts may be rewritten, codes never.",
        "",
    ]
    groups: tuple[tuple[str, str, list[str]], ...] = (
        ("Of every request", "", sorted(GENERAL, key=lambda c: (GENERAL[c].status, c))),
        (
            "Refusals of a case",
            "The case's own validator said no; nothing was changed. `wrong_office` and `no_such_task` answer as "
            "`not_found`, so that a stranger learns nothing.\n",
            [r.value for r in Refusal],
        ),
    )
    for title, intro, codes in groups:
        lines += [f"## {title}", ""]
        if intro:
            lines += [intro]
        lines += ["| code | HTTP | what happened | in Chinese |", "|---|---|---|---|"]
        for code in codes:
            kind = problem_type(code)
            lines.append(
                f"| `{code}` | {kind.status.value} | {_english(kind.title)} | {kind.title} |"
            )
        lines.append("")
    return "\n".join(lines)


def procedures() -> str:
    """Stages, moves, clocks and roles of every procedure: the diagram in words."""
    lines = [
        "# Procedures",
        "",
        WRITTEN,
        "The diagram of each procedure in words, from its declared table; the case page draws the same table with the way",
        "the case went. A move that is not listed here is an error in the code. Words: [glossary](../glossary.md).",
        "",
    ]
    for row in catalogue.procedures():
        lines += _procedure(row)
    return "\n".join(lines)


def _procedure(row: Procedure) -> list[str]:
    table: Table = list(PROCEDURES[row.workflow].tables.values())[-1]
    stages = {s.id: s for s in table.stages}
    clocks = {part: clock for part, clock in row.clocks.model_dump().items() if clock is not None}
    if row.bulk:
        clocks |= {f"decision (over {row.bulk.over} at once, or by unit)": row.bulk.clock}
    return [
        f"## {row.title_en} `{row.procedure}`",
        "",
        f"{row.title}. {row.basis}. Catalogue version {row.version} from {row.valid_from}; "
        f"table `{table.procedure}` version {table.version}.",
        "",
        "Main way: " + " → ".join(f"{stages[s].label} (`{s}`)" for s in table.main) + ".",
        "",
        "| stage | 中文 | who has to act | what to do |",
        "|---|---|---|---|",
        *(_stage(s) for s in table.stages),
        "",
        "| from | to | when |",
        "|---|---|---|",
        *(f"| `{t.frm}` | `{t.to}` | {t.when} |" for t in table.transitions),
        "",
        "Acts beside the officers' tasks: "
        + "; ".join(
            f"`{stage}`: {', '.join(sorted(acts))}" for stage, acts in table.accepts.items()
        )
        + ".",
        "",
        "| clock | bounds | name | mark |",
        "|---|---|---|---|",
        *(_clock(part, clock) for part, clock in clocks.items()),
        "",
        "Roles: " + ", ".join(f"{part} `{role}`" for part, role in row.roles.items()) + ".",
        "",
        "Separation of duties: " + _rules(row.sod) + ".",
        "",
    ]


def _stage(stage: Stage) -> str:
    holder = f"`{stage.holder}`" if stage.holder else "end" if stage.final else "the system"
    doing = stage.doing
    if stage.final:
        doing = "good end" if stage.kind is StageKind.GOOD else "end"
        holder = ""
    return f"| `{stage.id}` {stage.label_en} | {stage.label} | {holder} | {doing} |"


def _clock(part: str, ident: str) -> str:
    clock = find_clock(ident)
    mark = "" if clock.verified is Verified.TEXT else "待核"
    return f"| [{ident}](clocks.md) | {part} | {clock.name} | {mark} |"


def _rules(named: tuple[str, ...]) -> str:
    every: Mapping[str, object] = {**sod.RULES, **sod.TWO_OFFICERS}
    unknown = [rule for rule in named if rule not in every]
    assert not unknown, f"the catalogue names rules that nobody checks: {unknown}"
    return ", ".join(named)


PAGES: Final[dict[str, Callable[[], str]]] = {
    "problem-types.md": problem_types,
    "procedures.md": procedures,
    "licence-items.md": licence_reference.page,
    "names.md": name_reference.page,
}


def main() -> None:
    for name, write in PAGES.items():
        (REFERENCE / name).write_text(write(), encoding="utf-8")


if __name__ == "__main__":
    main()
