"""Personal data in what engineers and auditors read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.masking import HIDDEN, LONGEST, masked_text, masked_tree
from tests.security.ground import id_number

ID = id_number(7)
WRONG = ID[:-1] + ("1" if ID[-1] != "1" else "2")


@pytest.mark.parametrize("number", [ID, WRONG, "11010519491231002X", "11010519491231002x"])
@pytest.mark.parametrize("frame", ["{}", "身份证号{}。", '{{"id": "{}"}}', "a,{},b", "号码：{}号"])
def test_an_identity_number_is_masked_in_any_text(number: str, frame: str) -> None:
    shown = masked_text(frame.format(number))
    assert number not in shown
    assert "*" in shown
    assert shown.startswith(frame.split("{}")[0].replace("{{", "{")[:1])


@pytest.mark.parametrize("number", ["13800000001", "19912345678"])
def test_a_mobile_telephone_is_masked(number: str) -> None:
    assert masked_text(f"电话{number}，") == f"电话{number[:3]}****{number[-4:]}，"


@pytest.mark.parametrize(
    "text",
    [
        "421303-2026-0000001-4",
        "91421303MA4K1X2Y9A",
        "曾市监〔2026〕登设字第000001号",
        "e7b46059-4d67-5120-98e1-37dd0d495a7a",
        "138000000011234",
        "2026-11-26T06:45:31.049247+08:00",
        "cde3d24228e589e99a654182876b71a13800000001e579cba0e669eb2e3f71",
    ],
)
def test_what_is_no_persons_number_stays(text: str) -> None:
    assert masked_text(text) == text


def test_fields_by_name_keys_and_long_texts() -> None:
    shown = masked_tree(
        {
            "signature": "abc",
            "persons": [{"id_number": "护照 E12345678", "phone": "0722-3223456", "name": "周晓岚"}],
            "note": "x" * (LONGEST + 10),
            "n": 3,
            "none": None,
        }
    )
    assert shown["signature"] == HIDDEN
    assert "12345678" not in shown["persons"][0]["id_number"]
    assert "322" not in shown["persons"][0]["phone"][4:-4]
    assert shown["persons"][0]["name"] == "周晓岚"
    assert len(shown["note"]) == LONGEST + 1
    assert (shown["n"], shown["none"]) == (3, None)


@given(before=st.text(max_size=20), after=st.text(max_size=20))
def test_no_frame_uncovers_a_number_that_stands_alone(before: str, after: str) -> None:
    shown = masked_text(f"{before} {ID} {after}")
    assert ID not in shown
