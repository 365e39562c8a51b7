"""What the forms of cluster registration take: of a host, of a registration that names one, of the officers."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from forms import change_registration, cluster_hosting, establishment_registration
from forms.cluster_registration import TENURE_LABELS, Application, Tenure

TODAY = date(2026, 9, 21)
HOST: dict[str, Any] = {
    "uscc": "91421303MA4K1X2Y9A",
    "company": "随州市曾都区众合商务秘书有限公司",
    "representative_name": "李国栋",
    "representative_id": "421303199202290014",
    "hosting_address": "湖北省随州市曾都区烈山大道66号3楼",
    "tenure": "owned",
    "receiver_name": "李国栋",
    "receiver_phone": "13800006211",
    "delivers": True,
    "keeps_register": True,
}
HEAD = {
    "name": "周晓岚",
    "id_number": "421303198506142016",
    "phone": "13800006210",
    "posts": ["legal_representative", "shareholder", "director"],
    "contribution": "100000",
}
COMPANY: dict[str, Any] = {
    "name": "随州市曾都区青禾软件有限公司",
    "entity_type": "limited_company",
    "domicile": "湖北省随州市曾都区烈山大道66号3楼A12工位",
    "hosted_by": "91421303MA4K1X2Y9A",
    "capital": "100000",
    "paid_until": "2031-09-20",
    "business_scope": ["软件开发"],
    "persons": [HEAD],
}


def host(**more: Any) -> Application:
    return Application.model_validate(HOST | more)


def company(**more: Any) -> establishment_registration.Application:
    return establishment_registration.Application.model_validate(COMPANY | more)


def change(**more: Any) -> change_registration.Application:
    head = {k: v for k, v in HEAD.items() if k != "contribution"}
    values = {
        "uscc": "91421303MA0QH1006C",
        "company": "随州市曾都区青禾贸易有限公司",
        "changes": ["address"],
        "decided_on": "2026-09-10",
        "licence_paper": "electronic_only",
        "new_domicile": "湖北省随州市曾都区烈山大道66号3楼B3工位",
        "hosted_by": "91421303MA4K1X2Y9A",
        "persons": [head | {"posts": ["legal_representative"]}],
    }
    return change_registration.Application.model_validate(values | more)


def test_a_host_says_where_and_by_what_right() -> None:
    form = host()
    assert form.subject() == HOST["company"]
    assert form.name_to_register() is None
    assert form.case_facts() == {"uscc": HOST["uscc"], "address": HOST["hosting_address"]}
    assert ("托管地址", HOST["hosting_address"]) in form.certificate_lines()
    assert set(TENURE_LABELS) == set(Tenure)
    # No identity number leaves the form.
    assert HOST["representative_id"] not in str(form.case_facts()) + str(form.certificate_lines())


@pytest.mark.parametrize(
    "wrong",
    [
        {"tenure": "leased"},
        {"leased_until": "2029-12-31"},
        {"delivers": False},
        {"keeps_register": False},
        {"uscc": "91421303MA4K1X2Y9B"},
        {"receiver_phone": "0722-123456"},
    ],
    ids=str,
)
def test_what_no_host_can_hand_in(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        host(**wrong)


def test_a_lease_lasts_to_its_last_day() -> None:
    assert host(tenure="leased", leased_until="2026-09-21").faults(TODAY) == []
    over = host(tenure="leased", leased_until="2026-09-20").faults(TODAY)
    assert [place for place, _said in over] == [("leased_until",)]


def test_a_hosted_domicile_is_marked_and_ones_own_is_not() -> None:
    assert company().domicile_to_register == COMPANY["domicile"] + "（集群注册）"
    assert company(hosted_by=None).domicile_to_register == COMPANY["domicile"]
    moved = change()
    assert moved.domicile_to_register == f"{moved.new_domicile}（集群注册）"
    own = change(hosted_by=None)
    assert own.domicile_to_register == own.new_domicile


@pytest.mark.parametrize(
    "more",
    [{"business_scope": ["软件开发", "保安服务"]}, {"needs_preapproval": True}],
    ids=str,
)
def test_a_scope_with_a_prior_approval_cannot_be_hosted(more: dict[str, Any]) -> None:
    assert {place for place, _said in company(**more).faults(TODAY)} == {("hosted_by",)}
    # At a domicile of one's own the prior approval is a material.
    assert company(hosted_by=None, **more).faults(TODAY) == []


def test_a_host_is_named_with_a_change_of_domicile_only() -> None:
    assert change().faults(TODAY) == []
    scope = change(changes=["business_scope"], new_domicile=None, new_scope=["软件开发"])
    assert (("hosted_by",)) in {place for place, _said in scope.faults(TODAY)}
    both = change(changes=["address", "business_scope"], new_scope=["保安服务"])
    assert {place for place, _said in both.faults(TODAY)} == {("hosted_by",)}


def test_the_mail_check_says_what_was_sent() -> None:
    given = {"sent_on": "2026-09-22", "outcome": "returned", "note": "无人签收，退回"}
    kept = cluster_hosting.MailCheck.model_validate(given | {"tracking": ["EMS1029384756"]})
    assert kept.outcome is cluster_hosting.Mail.RETURNED
    with pytest.raises(ValidationError):
        cluster_hosting.MailCheck.model_validate(given | {"tracking": []})
