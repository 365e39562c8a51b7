"""What a check found: violations by invariant, and how much was looked at."""

from collections import Counter
from dataclasses import dataclass, field

INVARIANTS = {
    "no_lost_case": "every receipt has its case, its digest, its workflow and an outcome",
    "no_duplicate_number": "numbers, codes and licence numbers are unique, valid and without gaps",
    "no_double_effect": "the registers' effects and ours are the same, one by one",
    "acts_applied_once": "every acknowledged act is applied or refused, and the engine knows it",
    "chain": "every case's chain, sealed details and read model verify",
    "rebuild": "the read model equals a rebuild from the events, claims apart",
    "fence": "every event belongs to a workflow task that the engine completed; what was lost is kept apart",
    "papers_once": "each paper exactly once per (case, kind, number), its bytes as recorded",
    "hosting": "every hosted enterprise is in its host's register until it has another domicile, and nobody else is",
    "names": "a declared name is held for one case at a time, and borne by the enterprise that it was held for",
    "openings": "every part of an opening has one outcome: its case, the opening, its page and its office agree",
    "leavings": "a notice that was ended before its time left nothing on the board, at NECIPS or at the departments",
    "lists": "who was listed and removed was so once, under the number that the record has",
    "board": "a public notice is on the board from its publication to its exact legal end, whoever looks",
    "no_stuck_case": "nothing waits: no open task, act, effect, callback or workflow",
}
"""What must hold on the drained system."""

BOARD = ("board",)
RECORDS = tuple(name for name in INVARIANTS if name not in BOARD)
"""What the records of a drained system are asked; the board is looked at while it runs."""

SHOWN = 5


@dataclass
class Report:
    """Findings of one run. Sound when there are none. `asked`: the invariants that the run looks at."""

    asked: tuple[str, ...] = RECORDS
    violations: dict[str, list[str]] = field(
        default_factory=lambda: {name: [] for name in INVARIANTS}
    )
    counts: Counter[str] = field(default_factory=Counter)

    def broken(self, invariant: str, what: str) -> None:
        self.violations[invariant].append(what)

    def expect(self, invariant: str, holds: object, what: str) -> None:
        if not holds:
            self.broken(invariant, what)

    @property
    def sound(self) -> bool:
        return not any(self.violations.values())

    @property
    def broken_invariants(self) -> list[str]:
        return [name for name, found in self.violations.items() if found]

    def lines(self) -> list[str]:
        """One line per invariant, with the first violations below it."""
        out = []
        for name in self.asked:
            text, found = INVARIANTS[name], self.violations[name]
            out.append(f"  {'ok    ' if not found else 'BROKEN'} {name}: {text}")
            out += [f"           - {what}" for what in found[:SHOWN]]
            if len(found) > SHOWN:
                out.append(f"           - and {len(found) - SHOWN} more")
        return out
