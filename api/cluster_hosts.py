"""Which host an application for registration names (集群注册): admitted, taking new enterprises, and at that address."""

from typing import Any, NoReturn

from sqlalchemy.ext.asyncio import AsyncConnection

from api.i18n import gettext as _
from api.problems import FieldError, Problem
from forms.base import ApplicationForm
from law.cluster_registration import lies_at
from storage import cluster_hosts


async def facts_of_host(
    connection: AsyncConnection, form: ApplicationForm, named_before: str | None = None
) -> dict[str, Any]:
    """What a registration's case learns of the host that its form names; nothing where it names none.

    Args:
        named_before: the host of the application that this one corrects: a pause is for new applications.

    Raises:
        Problem: invalid_input: no admitted host, one that takes nobody new, or another address.
    """
    code = getattr(form, "hosted_by", None)
    if not code:
        return {}
    domicile = str(getattr(form, "domicile", None) or getattr(form, "new_domicile", None) or "")
    host = await cluster_hosts.host_of(connection, code)
    if host is None:
        _refuse(_("这个代码的企业没有经准入成为托管机构，请核对，或者填写自有、租赁的住所"))
    if host.standing == cluster_hosts.PAUSED and code != named_before:
        _refuse(
            _("托管机构%(name)s被暂停接收新的托管企业，请选择其他托管机构") % {"name": host.name}
        )
    if host.standing == cluster_hosts.LEAVING:
        _refuse(_("托管机构%(name)s正在退出托管，请选择其他托管机构") % {"name": host.name})
    if not lies_at(domicile, host.address):
        said = _("住所应当以托管地址开头：%(address)s") % {"address": host.address}
        _refuse(said)
    known = {"case": str(host.case_id), "uscc": host.uscc, "name": host.name}
    return {"host": {**known, "number": host.number}}


def _refuse(message: str) -> NoReturn:
    raise Problem("invalid_input", errors=[FieldError(message, pointer="/form/hosted_by")])
