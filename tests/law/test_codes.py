"""Identity codes against published and fictional vectors, and against every single typing error."""

import csv
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.codes import (
    CodeCharacter,
    CodeCheck,
    CodeDate,
    CodeError,
    CodeLength,
    OrganisationCheck,
    age_on,
    check_organisation_code,
    check_registration_number,
    check_resident_id,
    check_uscc,
    complete_uscc,
    is_uscc,
    make_uscc,
    mask_resident_id,
    organisation_check,
    read_resident_id,
    read_uscc,
)

# Thirteen codes published by companies and public bodies, fictional ones of registrar 421303, broken ones.
VECTORS = list(csv.DictReader((Path(__file__).parent / "uscc_vectors.csv").open(encoding="utf-8")))
VALID = [row["code"] for row in VECTORS if row["expected"] == "valid"]
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: f"{row['code']} {row['why']}")
def test_vectors(row: dict[str, str]) -> None:
    assert is_uscc(row["code"]) == (row["expected"] == "valid")


@pytest.mark.parametrize(
    "code",
    [
        "9144030071526726XG",
        "914403001922038216",
        "91421303MA4K1X2Y9A",
        "91421303MA49B7H34Q",
        "91421303MA7F5C9D7N",
        "92421303MA4LQW8R42",
    ],
)
def test_more_valid_codes(code: str) -> None:
    parts = check_uscc(code)
    assert parts.code == code
    assert parts.division == code[2:8]
    assert complete_uscc(code[:17]) == code


@given(st.sampled_from(VALID), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_any_changed_character_is_found(code: str, place: int, char: str) -> None:
    changed = code[:place] + char + code[place + 1 :]
    assert is_uscc(changed) == (changed == code)


@given(st.sampled_from(VALID), st.integers(0, 16))
def test_swapped_neighbours_are_found(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_uscc(swapped) == (swapped == code)


@given(st.text(max_size=20))
def test_any_text_gives_an_answer_or_a_typed_refusal(text: str) -> None:
    for check in (check_uscc, read_uscc, check_organisation_code, check_registration_number):
        with suppress(CodeError):
            check(text)
    with suppress(CodeError):
        check_resident_id(text, TODAY)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("91350100M000100Y4", CodeLength),
        ("91350100M000100Y4٣", CodeCharacter),
        ("91350100M000100Y4\n", CodeCharacter),
        ("9135010\u00001M00100Y43", CodeCharacter),
        ("91350100M00010OY43", CodeCharacter),
        ("913A0100M000100Y43", CodeCharacter),
        ("91350100M000100Y44", CodeCheck),
    ],
)
def test_what_is_wrong_with_a_code(code: str, error: type[CodeError]) -> None:
    with pytest.raises(error):
        check_uscc(code)


def test_the_inner_check_is_checked_too() -> None:
    body = "91421303MA4K1X2Y8"  # the organisation code's own check would be 9
    with pytest.raises(OrganisationCheck):
        complete_uscc(body)


def test_reading_is_tolerant_and_writing_strict() -> None:
    assert read_uscc(" 9135 0100 m000100y43 ").code == "91350100M000100Y43"
    with pytest.raises(CodeCharacter):
        check_uscc("91350100m000100Y43")


def test_making_codes() -> None:
    assert make_uscc("1", "421303", "MA4K1X2Y") == "91421303MA4K1X2Y9A"
    assert make_uscc("2", "421303", "MA4LQW8R") == "92421303MA4LQW8R42"
    with pytest.raises(CodeCharacter):
        make_uscc("1", "421303", "MA4K")


def test_organisation_codes() -> None:
    assert organisation_check("M000100Y") == "4"
    assert check_organisation_code("M000100Y-4") == "M000100Y4"
    assert check_organisation_code("71526726X") == "71526726X"
    with pytest.raises(OrganisationCheck):
        check_organisation_code("M000100Y5")
    with pytest.raises(CodeLength):
        check_organisation_code("M000100Y--4")


@pytest.mark.parametrize(
    ("code", "birth", "sex"),
    [
        ("11010519491231002X", date(1949, 12, 31), "女"),
        ("440524188001010014", date(1880, 1, 1), "男"),
        ("421303198506142016", date(1985, 6, 14), "男"),
        ("421303199202290014", date(1992, 2, 29), "男"),
        ("421303199010033523", date(1990, 10, 3), "女"),
    ],
)
def test_resident_ids(code: str, birth: date, sex: str) -> None:
    person = check_resident_id(code, TODAY)
    assert (person.birth, person.sex, person.division) == (birth, sex, code[:6])


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("11010519491231002", CodeLength),
        ("11010519491231002x", CodeCharacter),
        ("1101051949123100AX", CodeCharacter),
        ("110105194913310020", CodeDate),
        ("421303199302290011", CodeDate),
        ("421303000006142016", CodeDate),
        ("421303203006142016", CodeDate),
        ("421303180006142016", CodeDate),
        ("421303198506142017", CodeCheck),
        ("421303198506142061", CodeCheck),
    ],
)
def test_wrong_resident_ids(code: str, error: type[CodeError]) -> None:
    with pytest.raises(error):
        check_resident_id(code, TODAY)


def test_resident_ids_are_read_with_a_small_x() -> None:
    assert read_resident_id("110105 19491231 002x", TODAY).code == "11010519491231002X"


def test_ages() -> None:
    assert age_on(date(2008, 11, 23), TODAY) == 18
    assert age_on(date(2008, 11, 24), TODAY) == 17
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 18
    assert age_on(date(2008, 2, 29), date(2026, 2, 27)) == 17


def test_masking_shows_no_birth_date() -> None:
    assert mask_resident_id("421303198506142016") == "421303**********16"
    assert mask_resident_id("42130319") == "********"
    assert mask_resident_id("") == ""


def test_old_registration_numbers() -> None:
    assert check_registration_number("440301103448669") == "440301103448669"
    for wrong, error in (
        ("440301103448660", CodeCheck),
        ("44030110344866", CodeLength),
        ("44030110344866X", CodeCharacter),
    ):
        with pytest.raises(error):
            check_registration_number(wrong)
