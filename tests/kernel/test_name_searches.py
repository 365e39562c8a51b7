"""A declared name is compared again only so often: each comparison stays in the case."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from domain.contracts import SYSTEM, Command
from domain.refusals import Refusal, Refused
from workflows.name_self_declaration import MOST_SEARCHES, NameSelfDeclaration

ASKED = Command(
    act_id="a", case_id="c", kind="search_again", received_at=datetime.now(UTC), actor=SYSTEM
)


def asked(times: int) -> Any:
    """A case whose owner asks, after so many searches."""
    case = SimpleNamespace(check_owner=lambda command: None)
    case.state = SimpleNamespace(memo={"again": times})
    return case


def test_the_last_search_is_made_and_the_next_refused() -> None:
    NameSelfDeclaration.check_search_again(asked(MOST_SEARCHES - 1), ASKED)
    with pytest.raises(Refused) as refused:
        NameSelfDeclaration.check_search_again(asked(MOST_SEARCHES), ASKED)
    assert refused.value.why is Refusal.NOT_ACCEPTED_NOW
    assert "另报" in refused.value.message
