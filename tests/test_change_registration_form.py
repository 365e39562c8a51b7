"""What the form of a change registration takes on which day, and whom it makes sign."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from forms.change_registration import CHANGE_LABELS, Application, Change, LicencePaper
from law import catalogue

TODAY = date(2026, 9, 23)
ZHOU = {
    "name": "周晓岚",
    "id_number": "421303198506142016",
    "phone": "13800006210",
    "posts": ["legal_representative"],
}
LI = {
    "name": "李国栋",
    "id_number": "421303199202290014",
    "phone": "13800006211",
    "posts": ["shareholder"],
    "contribution": "500000",
}
VALUES: dict[Change, dict[str, Any]] = {
    Change.NAME: {"new_name": "随州市曾都区丰穗粮油有限公司"},
    Change.ADDRESS: {"new_domicile": "湖北省随州市曾都区西城街道交通大道9号"},
    Change.LEGAL_REPRESENTATIVE: {},
    Change.BUSINESS_SCOPE: {"new_scope": ["粮食收购"]},
    Change.CAPITAL_INCREASE: {
        "new_capital": "500000",
        "paid_until": "2031-09-01",
        "persons": [ZHOU, LI],
    },
    Change.CAPITAL_REDUCTION: {
        "new_capital": "500000",
        "announced_on": "2026-08-01",
        "creditors_notified_on": "2026-08-02",
        "decided_on": "2026-08-01",
        "persons": [ZHOU, LI],
    },
}


def form(*changes: Change, **more: Any) -> Application:
    values: dict[str, Any] = {
        "uscc": "91421303MA0QH1006C",
        "company": "随州市曾都区青禾食品有限公司",
        "changes": list(changes),
        "decided_on": "2026-09-10",
        "licence_paper": "returned",
        "persons": [ZHOU],
    }
    for change in changes:
        values |= VALUES[change]
    return Application.model_validate(values | more)


def places(of: Application, today: date = TODAY) -> set[str]:
    return {str(path[0]) for path, _message in of.faults(today)}


@pytest.mark.parametrize("change", list(Change))
def test_each_change_wants_its_own_fields_and_no_others(change: Change) -> None:
    assert form(change).faults(TODAY) == []
    for name, must in Application.OF[change].items():
        if must:
            assert name in places(form(change, **{name: None}))
    for other in set(Change) - {change}:
        alien = {k: v for k, v in VALUES[other].items() if k not in Application.OF[change]}
        alien = {k: v for k, v in alien.items() if k not in ("persons", "decided_on")}
        assert places(form(change, **alien)) >= set(alien)


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"decided_on": "2026-09-24"}, "decided_on"),
        ({"new_name": "随州市曾都区青禾食品有限公司"}, "new_name"),
        ({"persons": [LI]}, "persons"),
        ({"persons": [ZHOU, {**LI, "id_number": ZHOU["id_number"]}]}, "persons"),
        ({"persons": [ZHOU, {**LI, "posts": ["legal_representative", "shareholder"]}]}, "persons"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(more: dict[str, Any], place: str) -> None:
    assert place in places(form(Change.NAME, **more))


def test_capital_adds_up_and_goes_one_way() -> None:
    assert places(form(Change.CAPITAL_INCREASE, new_capital="500000.01")) == {"persons"}
    both = form(Change.CAPITAL_INCREASE, Change.CAPITAL_REDUCTION)
    assert "changes" in places(both)
    assert "approved_on" in places(form(Change.BUSINESS_SCOPE, approval_without_term=True))


def test_a_reduction_waits_for_the_end_of_its_announcement() -> None:
    """2026-08-19 + 45 is 3 October, a holiday: the last day is 8 October."""
    reduced = form(
        Change.CAPITAL_REDUCTION,
        decided_on="2026-08-18",
        announced_on="2026-08-19",
        creditors_notified_on="2026-08-19",
    )
    day = date(2026, 8, 19)
    while day <= date(2026, 10, 8):
        assert places(reduced, day) == {"announced_on"}, day
        day += timedelta(days=1)
    assert places(reduced, day) == set()


def test_who_signs() -> None:
    def signers(of: Application) -> list[str]:
        return [p["name"] for p in of.case_facts()["parties"] if p["signs"]]

    assert signers(form(Change.ADDRESS, persons=[ZHOU, LI])) == ["周晓岚"]
    assert signers(form(Change.CAPITAL_INCREASE)) == ["周晓岚", "李国栋"]


def test_codes_are_checked_and_no_identity_number_reaches_the_case() -> None:
    for wrong in ("91421303MA0QH1006D", "91421303MA0QH1006", "", "9142130３MA0QH1006C"):
        with pytest.raises(ValidationError):
            form(Change.ADDRESS, uscc=wrong)
    told = str(form(Change.CAPITAL_INCREASE).case_facts())
    assert "421303198506142016" not in told
    assert "421303199202290014" not in told


def test_each_change_has_a_label_and_the_materials_name_known_changes() -> None:
    assert set(CHANGE_LABELS) == set(Change)
    row = catalogue.procedure("change_registration")
    named = {choice for m in row.materials for choice in m.when}
    assert named <= {*Change, *(f"licence_{paper.value}" for paper in LicencePaper)}
    codes = {m.code for m in row.materials if m.applies(["address"]) and m.required}
    assert codes == {"resolution", "articles", "address_proof"}
    assert Application.chosen({"changes": ["address", 7]}) == {"address", "7"}
    assert Application.chosen({"changes": "address"}) == frozenset()
