"""Inspectors' certificates (执法证件): who may take part in a check on the spot, and whose has run out.

特种设备安全法 65 asks for two inspectors with valid certificates at a check of special equipment (SOD-5). Whether a certificate holds is
judged by the day of the check, and, of who hands the record in, by the day of that as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from domain import refusal_words
from domain.contract import Contract
from law.zone import day_zh


class CertificateKind(StrEnum):
    """What a certificate is for."""

    ENFORCEMENT = "enforcement"
    EQUIPMENT = "equipment"


KIND_LABELS: Final[Mapping[CertificateKind, tuple[str, str]]] = {
    CertificateKind.ENFORCEMENT: ("行政执法证", "Enforcement certificate"),
    CertificateKind.EQUIPMENT: (
        "特种设备安全行政执法证",
        "Special-equipment inspection certificate",
    ),
}
ANY_KIND: Final = "执法证件"
"""What is missing where either kind would do."""


class Certificate(Contract):
    """A certificate of somebody named in a record. Days are civil days of Shanghai, the last one included."""

    person_id: str
    name: str
    number: str
    kind: str
    valid_from: date
    valid_until: date
    revoked_on: date | None = None

    def holds(self, day: date) -> bool:
        """On the day of its revocation it holds no more."""
        revoked = self.revoked_on is not None and self.revoked_on <= day
        return self.valid_from <= day <= self.valid_until and not revoked


class Demand:
    """What a check asks of those who make it.

    Attributes:
        kind: which certificate; None where either will do.
        article: what asks for it.
    """

    def __init__(self, kind: CertificateKind | None, article: str) -> None:
        self.kind = kind
        self.article = article

    @property
    def called(self) -> str:
        """The certificate's name."""
        return ANY_KIND if self.kind is None else KIND_LABELS[self.kind][0]

    def missing(self, name: str, held: Iterable[Certificate], day: date) -> str | None:
        """Why the person may not take part on the day: who, and until when a certificate held; None where one holds."""
        fitting = [c for c in held if self.kind is None or c.kind == self.kind.value]
        if any(c.holds(day) for c in fitting):
            return None
        parts = {"officer": name, "certificate": self.called, "article": self.article}
        if not fitting:
            return refusal_words.OFFICER_UNCERTIFIED % parts
        last = max(fitting, key=lambda c: (c.valid_until, c.number))
        parts |= {"number": last.number, "on": day_zh(day)}
        if last.revoked_on is not None and last.revoked_on <= day:
            return refusal_words.OFFICER_REVOKED % (parts | {"day": day_zh(last.revoked_on)})
        if last.valid_from > day:
            return refusal_words.OFFICER_NOT_YET % (parts | {"day": day_zh(last.valid_from)})
        return refusal_words.OFFICER_EXPIRED % (parts | {"day": day_zh(last.valid_until)})


EQUIPMENT_CHECK: Final = Demand(CertificateKind.EQUIPMENT, "特种设备安全法第65条")
SEIZURE: Final = Demand(None, "行政强制法第18条")
OTHER_CHECK: Final = Demand(None, "本局规则，待核")


def of_name(held: Sequence[Certificate], name: str) -> list[Certificate]:
    """The certificates of those who bear the name."""
    return [c for c in held if c.name == name.strip()]
