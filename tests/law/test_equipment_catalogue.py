"""The catalogue of special equipment hangs together."""

import pytest

from law.equipment_catalogue import LIFTS, UnknownKind, catalogue, category_of, entry_of


def test_every_entry_belongs_to_a_category() -> None:
    assert len(catalogue()) == 154
    for entry in catalogue().values():
        assert category_of(entry.code).level == "category"
    assert category_of("3110").code == LIFTS
    assert entry_of("3110").name == "曳引驱动乘客电梯"


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownKind):
        category_of("0000")
