"""What the one-stop form asks for each chosen part, and that it asks what a registration asks."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from forms import establishment_registration as registration
from forms import startup_part
from forms.enterprise_startup_onestop import Application
from law import catalogue
from law.startup_parts import ENDS, PARTS, Part
from registers.errands import ERRANDS, SealKind, TaxConfirmation
from workflows.startup_part import TABLE

COMPANY: dict[str, Any] = {
    "name": "随州市曾都区青禾食品有限公司",
    "entity_type": "limited_company",
    "domicile": "湖北省随州市曾都区东城街道烈山大道88号1栋102室",
    "capital": "1000000",
    "paid_until": "2031-09-18",
    "business_scope": ["日用百货销售"],
    "persons": [
        {
            "name": "周晓岚",
            "id_number": "421303198506142016",
            "phone": "13800006210",
            "posts": ["legal_representative", "shareholder", "director"],
            "contribution": "1000000",
        }
    ],
}
FACTS: dict[str, Any] = {
    "seals": ["official"],
    "taxpayer": "general",
    "employees": 0,
    "bank": "曾都农商银行东城支行",
}


@pytest.mark.parametrize("part", list(Part))
def test_a_part_is_taken_with_its_facts_and_refused_without(part: Part) -> None:
    row = PARTS[part]
    facts = {fact: FACTS[fact] for fact in row.facts if fact in FACTS}
    assert Application.model_validate({**COMPANY, "parts": [part], **facts}).parts == [part]
    for left_out in facts:
        rest = {fact: value for fact, value in facts.items() if fact != left_out}
        with pytest.raises(ValidationError, match=row.name):
            Application.model_validate({**COMPANY, "parts": [part], **rest})


@pytest.mark.parametrize("part", list(Part))
def test_a_part_is_an_errand_of_its_register(part: Part) -> None:
    """Every fact is one that the register asks for, and every one that it demands is asked here."""
    row = PARTS[part]
    errand = ERRANDS[row.errand]
    assert errand.register_name.value == row.register
    shared = {"case_ref", "errand", "uscc", "name", "legal_representative"}
    demanded = {n for n, f in errand.model_fields.items() if f.is_required()} - shared
    assert demanded <= set(row.facts) <= set(errand.model_fields)


def test_choices_are_those_of_the_registers() -> None:
    assert [s.value for s in startup_part.Seal] == [s.value for s in SealKind]
    kinds = TaxConfirmation.model_fields["taxpayer"].annotation.__args__  # type: ignore[union-attr]
    assert [t.value for t in startup_part.Taxpayer] == list(kinds)


@pytest.mark.parametrize(
    "wrong",
    [
        {"parts": []},
        {"parts": ["tax", "tax"]},
        {"parts": ["seal"], "seals": ["official", "official"]},
        {"parts": ["social"], "employees": -1},
        {"parts": ["post_office"]},
    ],
    ids=str,
)
def test_what_is_wrong_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Application.model_validate({**COMPANY, **FACTS, **wrong})


def test_a_visit_lies_ahead() -> None:
    form = Application.model_validate(
        {**COMPANY, **FACTS, "parts": ["bank"], "visit_on": "2026-09-23"}
    )
    assert not form.faults(date(2026, 9, 23))
    assert [path for path, _said in form.faults(date(2026, 9, 24))] == [("visit_on",)]


def test_the_case_learns_nothing_personal() -> None:
    form = Application.model_validate({**COMPANY, **FACTS, "parts": ["bank", "seal"]})
    assert form.case_facts() == {"parts": ["seal", "bank"]}


def test_it_asks_what_the_registration_asks() -> None:
    """The registration's own form takes what was filled in here, and its materials are the same."""
    form = Application.model_validate({**COMPANY, **FACTS, "parts": ["tax"]})
    kept = form.model_dump(mode="json", include=set(registration.Application.model_fields))
    assert registration.Application.model_validate(kept).subject() == form.subject()
    asked = catalogue.procedure("enterprise_startup_onestop").materials
    assert asked == catalogue.procedure("establishment_registration").materials


def test_every_end_of_a_part_is_known() -> None:
    assert set(ENDS) == {stage.id for stage in TABLE.stages if stage.final}


@pytest.mark.parametrize(
    ("answers", "corrected"),
    [
        ({"action": "retry"}, {}),
        ({"action": "retry", "employees": 0, "bank": ""}, {"employees": 0}),
        ({"action": "retry", "seals": ["finance"]}, {"seals": ["finance"]}),
        ({"action": "give_up", "employees": 3}, None),
        ({"action": "forget"}, None),
    ],
    ids=str,
)
def test_only_what_is_set_right_goes_along(
    answers: dict[str, Any], corrected: dict[str, Any] | None
) -> None:
    given = {**answers, "note": "与申请人核实"}
    if corrected is None:
        with pytest.raises(ValidationError):
            startup_part.PartFailed.model_validate(given)
    else:
        assert startup_part.PartFailed.model_validate(given).corrected == corrected
