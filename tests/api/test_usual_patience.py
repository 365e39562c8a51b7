"""When the API looks first whether a case is begun: about when cases usually are."""

import pytest

from api.acts import _Usual


@pytest.mark.parametrize("ready", [0.025, 0.06, 0.12, 0.25])
def test_the_first_look_comes_when_cases_usually_are_begun(ready: float) -> None:
    """Whatever the installation's speed: few looks for nothing, and little waiting for nothing."""
    usual = _Usual()
    waits, looks = [], []
    for _ in range(200):
        waited, seen = usual.seconds, 1
        while waited < ready:
            waited, seen = waited + 0.02, seen + 1
        usual.learn(waited, seen)
        waits.append(waited)
        looks.append(seen)
    assert sum(looks[50:]) / 150 < 1.6
    assert sum(waits[50:]) / 150 < ready + 0.02


def test_it_stays_within_bounds() -> None:
    usual = _Usual()
    for _ in range(100):
        usual.learn(5.0, 60)
    assert usual.seconds == pytest.approx(0.3)
    for _ in range(100):
        usual.learn(usual.seconds, 1)
    assert usual.seconds == pytest.approx(0.02)
