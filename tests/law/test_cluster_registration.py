"""What is asked of a host's scope and address, and of the scope that is hosted (law.md §2.5)."""

from datetime import date

import pytest

from law.cluster_registration import (
    MARK,
    is_marked,
    lies_at,
    marked,
    offers_secretary_service,
    scope_bars,
    scope_doubts,
)

TODAY = date(2026, 9, 21)
HOST = "湖北省随州市曾都区烈山大道66号"


@pytest.mark.parametrize(
    ("domicile", "there"),
    [
        (HOST, True),
        (f"{HOST}A12工位", True),
        (f"{HOST}3楼305室", True),
        ("湖北省随州市曾都区 烈山大道66号A12工位", True),
        ("湖北省随州市曾都区烈山大道660号", False),
        ("湖北省随州市曾都区烈山大道6号", False),
        ("湖北省随州市曾都区交通大道9号", False),
        ("", False),
    ],
)
def test_a_hosted_domicile_begins_with_the_hosts_address(domicile: str, there: bool) -> None:
    assert lies_at(domicile, HOST) is there


def test_another_number_is_another_address() -> None:
    """An address that ends in a digit is not the beginning of a longer number."""
    assert not lies_at("烈山大道66号12A", "烈山大道66号1")
    assert lies_at("烈山大道66号1 A座", "烈山大道66号1 A")


def test_the_mark_is_set_once() -> None:
    assert marked(HOST) == HOST + MARK
    assert marked(marked(HOST)) == HOST + MARK
    assert is_marked(marked(HOST))
    assert not is_marked(HOST)


@pytest.mark.parametrize(
    ("scope", "offers"),
    [
        (["商务秘书服务"], True),
        (["一般项目：企业管理咨询；商务秘书服务"], True),
        (["商务秘书 服务"], True),
        (["企业管理咨询"], False),
        (["商务秘书服务培训"], False),
        ([], False),
    ],
)
def test_a_host_has_the_service_in_its_scope(scope: list[str], offers: bool) -> None:
    assert offers_secretary_service(scope) is offers


def test_a_prior_approval_that_was_read_bars_hosting_and_a_doubtful_one_is_asked() -> None:
    assert scope_bars(["软件开发", "保安服务"], TODAY)
    assert scope_bars(["传销"], TODAY)
    assert scope_bars(["快递服务"], TODAY) == []
    assert scope_doubts(["快递服务"], TODAY)
    assert scope_bars(["软件开发"], TODAY) == scope_doubts(["软件开发"], TODAY) == []
