"""Facts of an inspection lead to a grade (特种设备安全监督检查办法 24, 25)."""

from hypothesis import given
from hypothesis import strategies as st

from domain.hazards import MAJOR_FACTS, SERIOUS_FACTS, Grade, HazardFact, grade_of

ORDER = [None, Grade.GENERAL, Grade.SERIOUS, Grade.MAJOR]
facts = st.sets(st.sampled_from(HazardFact))


def test_each_fact_has_its_grade() -> None:
    assert grade_of(()) is None
    assert grade_of([HazardFact.OTHER]) is Grade.GENERAL
    assert {grade_of([f]) for f in SERIOUS_FACTS} == {Grade.SERIOUS}
    assert {grade_of([f]) for f in MAJOR_FACTS} == {Grade.MAJOR}


@given(facts, facts)
def test_more_facts_never_make_it_lighter(some: set[HazardFact], more: set[HazardFact]) -> None:
    assert ORDER.index(grade_of(some | more)) >= ORDER.index(grade_of(some))
