"""How an item stands and when one may trade: every mode has its way, every end its standing."""

import pytest

from law import licence_items
from law.licence_standing import ENDS, PROCEDURES, REROUTED, Standing, may_trade
from law.licence_types import Mode, TradeFrom
from workflows.registry import PROCEDURES as WORKFLOWS

ITEMS = licence_items.edition().items


def test_only_cancelled_approvals_have_no_procedure() -> None:
    assert set(Mode) - set(PROCEDURES) - {Mode.UNKNOWN} == {Mode.CANCEL}
    assert PROCEDURES[Mode.UNKNOWN.handled] == PROCEDURES[Mode.OPTIMISE]


def test_every_end_of_an_items_case_has_its_standing_or_its_other_way() -> None:
    for stem in PROCEDURES.values():
        for table in WORKFLOWS[stem].tables.values():
            ends = {s.id for s in table.stages if s.final}
            assert ends <= set(ENDS) | set(REROUTED)
    assert all(ENDS[end].settled for end in ENDS)


@pytest.mark.parametrize("item", ITEMS, ids=lambda row: row.id)
def test_nobody_trades_before_the_mode_allows(item: licence_items.LicenceItem) -> None:
    before = [
        Standing.ASKED,
        Standing.QUEUED,
        Standing.HANDLING,
        Standing.REFUSED,
        Standing.REVOKED,
    ]
    at_once = item.trade_from is TradeFrom.BUSINESS_LICENCE
    assert all(may_trade(item, standing) is at_once for standing in before)
    assert may_trade(item, Standing.GRANTED)
    assert may_trade(item, Standing.NOT_NEEDED)


def test_every_standing_has_both_names() -> None:
    assert all(standing.label and standing.label_en for standing in Standing)
