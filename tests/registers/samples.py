"""Requests that the tests send, and fictional persons whose check characters hold."""

import hashlib
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pypdf import PdfWriter

from registers.ports import (
    DepositPackage,
    EnterInList,
    EntityType,
    ListGround,
    ListKind,
    OpenAuthentication,
    OpenSigning,
    Person,
    PublishEstablishment,
    PublishNotice,
    RegisterEnterprise,
)

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(sequence: int) -> str:
    """A fictional identity number of Zengdu."""
    body = f"4213031985061{sequence:04d}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, _WEIGHTS, strict=True)) % 11]


CHEN = Person(name="陈晓红", id_number="421303198506142016")
LI = Person(name="李建国", id_number=id_number(7))
WANG = Person(name="王芳", id_number=id_number(8))


def enterprise(name: str = "随州市曾都区红光商贸有限公司", **more: Any) -> RegisterEnterprise:
    values: dict[str, Any] = {
        "case_ref": "case-1",
        "name": name,
        "entity_type": "limited_company",
        "address": "湖北省随州市曾都区烈山大道1号",
        "legal_representative": CHEN,
        "capital": "500000.00",
        "business_scope": ("日用百货销售",),
    }
    return RegisterEnterprise(**values | more)


def authentication(person: Person = CHEN, case_ref: str = "case-1") -> OpenAuthentication:
    return OpenAuthentication(case_ref=case_ref, person=person)


def pdf(pages: int = 1) -> bytes:
    """A small PDF of blank A4 pages."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def signing(
    document_sha256: str, signatory: Person = CHEN, case_ref: str = "case-1"
) -> OpenSigning:
    return OpenSigning(
        case_ref=case_ref,
        title="公司设立登记申请书",
        document_sha256=document_sha256,
        signatory=signatory,
    )


def establishment(uscc: str, name: str = "随州市曾都区红光商贸有限公司") -> PublishEstablishment:
    return PublishEstablishment(
        case_ref="case-1",
        uscc=uscc,
        name=name,
        entity_type=EntityType.LIMITED_COMPANY,
        legal_representative_name="陈晓红",
        address="湖北省随州市曾都区烈山大道1号",
        capital=Decimal("500000.00"),
        business_scope=("日用百货销售",),
        registered_at=datetime(2026, 9, 24, 3, tzinfo=UTC),
    )


def notice(**more: Any) -> PublishNotice:
    values: dict[str, Any] = {
        "case_ref": "case-2",
        "kind": "simple_deregistration",
        "subject_name": "随州市曾都区红光商贸有限公司",
        "title": "简易注销公告",
        "text": "本企业拟申请简易注销登记,现予以公告。",
        "open_from": "2026-09-18",
        "open_until": "2026-10-08",
    }
    return PublishNotice(**values | more)


def deposit(package: bytes, case_ref: str = "case-1", **more: Any) -> DepositPackage:
    values: dict[str, Any] = {
        "case_ref": case_ref,
        "title": "设立登记档案",
        "package_sha256": hashlib.sha256(package).hexdigest(),
        "size": len(package),
        "documents": 3,
        "retention": "permanent",
    }
    return DepositPackage(**values | more)


def list_entry(**more: Any) -> EnterInList:
    values: dict[str, Any] = {
        "case_ref": "case-4",
        "kind": ListKind.ABNORMAL,
        "uscc": "91421303MA0BANJ05F",
        "name": "随州市曾都区红光商贸有限公司",
        "ground": ListGround.UNREACHABLE,
        "decision_number": "曾市监〔2026〕列异字第000001号",
    }
    return EnterInList(**values | more)
