"""What an administrator fills in about an inspector's certificate (执法证件)."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.officer_certificates import KIND_LABELS, CertificateKind
from forms.base import Form
from forms.fields import Day, Line, Text, labelled

KINDS = {kind.value: [zh, en] for kind, (zh, en) in KIND_LABELS.items()}


class NewCertificate(Form):
    """A certificate as it is printed on the card. A renewal is a new one."""

    code = "officer_certificates.new"
    title = "登记执法证件"
    title_en = "Register a certificate"

    account: Annotated[
        Line,
        labelled("执法人员", "Officer", hint="登录名，须是本机关的执法人员"),
        Field(min_length=1, max_length=64, examples=["gaoyuan"]),
    ]
    kind: Annotated[
        CertificateKind, labelled("证件种类", "Kind", widget="radios", options=dict(KINDS))
    ]
    number: Annotated[
        Line,
        labelled("证号", "Number", hint="照证件填写"),
        Field(min_length=4, max_length=64, examples=["鄂S13X0001"]),
    ]
    valid_from: Annotated[Day, labelled("有效期开始", "Valid from", widget="date")]
    valid_until: Annotated[Day, labelled("有效期届满", "Valid until", hint="含当天", widget="date")]

    @model_validator(mode="after")
    def _term(self) -> Self:
        if self.valid_until < self.valid_from:
            raise ValueError("有效期届满的日期早于开始的日期，请核对证件")
        return self


class CertificateRevocation(Form):
    """Why a certificate is taken back before its end (调离、证件收回或者注销)."""

    code = "officer_certificates.revocation"
    title = "收回执法证件"
    title_en = "Revoke a certificate"

    reason: Annotated[
        Text,
        labelled("收回的理由", "Reason", hint="调离执法岗位、证件被收回或者注销等"),
        Field(min_length=2, max_length=500, examples=["调离执法岗位"]),
    ]
