"""Offices of the installation (机关、所): one bureau and its stations, as data.

`division` is the registrar's GB/T 2260 code, `short` the word in document numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Office:
    code: str
    name: str
    short: str
    division: str
    city_authority: str
    province_authority: str
    hours: str = "工作日 8:30–12:00、14:30–18:00"
    phone: str = "12345"


OFFICES: Mapping[str, Office] = {
    "421303": Office(
        code="421303",
        name="随州市曾都区市场监督管理局",
        short="曾市监",
        division="421303",
        city_authority="随州市市场监督管理局",
        province_authority="湖北省市场监督管理局",
    ),
}
DEFAULT_OFFICE = "421303"
# The registrars of the prefecture, also those that are no office of this installation.
REGISTRARS: Mapping[str, str] = {
    "421300": "随州市市场监督管理局",
    "421303": "随州市曾都区市场监督管理局",
    "421321": "随县市场监督管理局",
    "421381": "广水市市场监督管理局",
}


def office(code: str) -> Office:
    """Raises KeyError for an office that this installation does not have."""
    return OFFICES[code]


def registrar_of(division: str) -> str:
    """Who registers there, in words; of a division outside the prefecture, that it is the one there."""
    return REGISTRARS.get(division, f"区划代码{division}所在地的登记机关")


def same_province(one: str, other: str) -> bool:
    """Whether two divisions (GB/T 2260) lie in one province: the first two digits name it."""
    return one[:2] == other[:2]
