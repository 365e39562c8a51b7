"""What a registration at a host's address (集群注册) asks of our own register of hosts; the counterpart of `workflows.hosted_domicile`."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from activities.context import CaseView
from activities.register_calls import inquiry
from domain.contracts import Fact, RegisterCall
from law.cluster_registration import MARK, is_marked, lies_at, scope_bars, scope_doubts
from law.zone import civil_date
from storage import cluster_hosts

# A fact is read on a page: the rest is in the application.
MOST_SHOWN = 600


async def host_facts(view: CaseView, domicile: str, scope: Iterable[str]) -> list[Fact]:
    """The host as it stands now, and the scope of whom it is to host; a domicile of one's own must not bear the mark."""
    code = getattr(view.form, "hosted_by", None)
    if not code:
        return [_false_mark(domicile)] if is_marked(domicile) else []
    async with view.means.engine.connect() as connection:
        host = await cluster_hosts.host_of(connection, code)
    return [
        _host(host, domicile),
        host_scope(list(scope), civil_date(view.submission.received_at)),
    ]


def _false_mark(domicile: str) -> Fact:
    return Fact(
        code="host",
        state="bad",
        fact=f"住所写有“{MARK}”，但没有填写托管机构：{domicile}",
        rule="集群注册的，住所由经准入的托管机构托管",
        cite="条例第11条；集群注册规定（待核）",
    )


def _host(host: cluster_hosts.Host | None, domicile: str) -> Fact:
    state, said = "bad", "所填的托管机构没有经准入，或者已经退出"
    if host is not None and not lies_at(domicile, host.address):
        said = f"住所不在托管机构{host.name}的托管地址（{host.address}）"
    elif host is not None and host.standing == cluster_hosts.LEAVING:
        said = f"托管机构{host.name}正在退出托管"
    elif host is not None:
        # Intake refuses where the host is paused; whoever applied before goes on.
        paused = host.standing == cluster_hosts.PAUSED
        state = "open" if paused else "ok"
        said = f"由{host.name}托管（托管地址{host.address}）"
        said += "；申请以后该机构被暂停接收新的托管企业" if paused else ""
    return Fact(
        code="host",
        state=state,
        fact=said[:MOST_SHOWN],
        rule="集群注册的，住所由经准入的托管机构托管",
        cite="条例第11条；集群注册规定（待核）",
    )


def host_scope(scope: list[str], today: date) -> Fact:
    """Whether an enterprise of this scope can be at a host's address."""
    bars, doubts = scope_bars(scope, today), scope_doubts(scope, today)
    said = "；".join(bars) or "；".join(doubts) or "经营范围没有查到前置审批项目"
    return Fact(
        code="host_scope",
        state="bad" if bars else "open" if doubts else "ok",
        fact=said[:MOST_SHOWN],
        rule="集群注册的企业，经营范围不得有前置审批项目",
        cite="集群注册规定（待核）；实施细则第22条",
    )


@inquiry("host_standing")
async def host_standing(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """Whether the host of this case still hosts: `standing` is the stage of its case, "" once it is gone."""
    async with view.means.engine.connect() as connection:
        host = await cluster_hosts.host_of_case(connection, UUID(order.args["host"]))
    standing = host.standing if host else ""
    return {"standing": standing, "hosts": standing in (cluster_hosts.HOSTS, cluster_hosts.PAUSED)}


async def hosting_of(view: CaseView, uscc: str) -> str | None:
    """The open case of the enterprise's hosting, which ends when its domicile changes."""
    async with view.means.engine.connect() as connection:
        found = await cluster_hosts.hosting_of(connection, uscc)
    return str(found) if found else None
