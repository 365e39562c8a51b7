"""The long run of the generated-input test: more examples, more people (`make test` runs the short one)."""

import asyncio

import pytest

from tests.api.test_fuzz import PEOPLE, Target, fuzz, target

__all__ = ["target"]


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("who", [*PEOPLE, "approver", "bureau_head", "auditor"])
@pytest.mark.parametrize("drawn", range(10, 13))
async def test_much_generated_input_is_answered_as_documented(
    target: Target, who: str, drawn: int
) -> None:
    headers = await target.headers(who)
    failures = await asyncio.to_thread(fuzz, target, headers, 150, drawn)
    assert not failures, "\n".join(failures)
