"""Requests that the tests send, and fictional persons whose check characters hold."""

from typing import Any

from registers.ports import OpenAuthentication, Person, RegisterEnterprise

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
