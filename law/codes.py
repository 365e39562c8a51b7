"""Identity codes: unified social credit code, organisation code, resident identity number.

Writing is strict: the checks take the code as it stands and change nothing. Only the `read_`
functions tolerate spaces and lower case, and they give the strict form back.

Sources: GB 32100-2015 (统一社会信用代码), GB 11714 (组织机构代码), GB 11643 (公民身份号码),
GS 15-2006 (工商注册号).
"""

import calendar
import re
from datetime import date
from typing import NamedTuple

from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_10

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# Departments may be letters (N 农业农村, Y 其他): stdnum's own format check is too narrow there.
_USCC_BODY = re.compile(f"[{_USCC_ALPHABET}]{{2}}[0-9]{{6}}[{_USCC_ALPHABET}]{{9}}\\Z")
_ORGANISATION_BODY = re.compile(r"[0-9A-Z]{8}\Z")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT = re.compile(r"[0-9]{17}[0-9X]\Z")
_REGISTRATION = re.compile(r"[0-9]{15}\Z")
_OLDEST = 150


class CodeError(ValueError):
    """Base: the code is not valid. `code` is stable, the message is Chinese text for people."""

    code = "code-invalid"


class CodeLength(CodeError):
    """Not the standard's number of characters."""

    code = "code-length"


class CodeCharacter(CodeError):
    """A character, or its place, that the standard does not have."""

    code = "code-character"


class CodeCheck(CodeError):
    """The check character does not fit: a typing error or an invented code."""

    code = "code-check"


class OrganisationCheck(CodeError):
    """The inner organisation code's check character does not fit."""

    code = "organisation-check"


class CodeDate(CodeError):
    """The birth date does not exist, lies in the future or too far back."""

    code = "code-date"


class Uscc(NamedTuple):
    """A valid unified social credit code (统一社会信用代码) and its parts."""

    code: str
    department: str
    kind: str
    division: str
    organisation: str


class ResidentId(NamedTuple):
    """A valid resident identity number (公民身份号码) and what it says."""

    code: str
    division: str
    birth: date
    sex: str


def check_uscc(code: str) -> Uscc:
    """The parts of a valid code; raises CodeLength, CodeCharacter, CodeCheck, OrganisationCheck."""
    if len(code) != 18:
        raise CodeLength("统一社会信用代码应为 18 位")
    if not _USCC_BODY.match(code[:17]) or code[17] not in _USCC_ALPHABET:
        raise CodeCharacter(
            "统一社会信用代码只能用数字和大写字母(不含 I、O、S、V、Z),第 3 至 8 位为数字"
        )
    if uscc.calc_check_digit(code[:17]) != code[17]:
        raise CodeCheck("统一社会信用代码校验码不符,请核对")
    if organisation_check(code[8:16]) != code[16]:
        raise OrganisationCheck("统一社会信用代码中的组织机构代码校验码不符,请核对")
    return Uscc(code, code[0], code[1], code[2:8], code[8:17])


def is_uscc(code: str) -> bool:
    """Whether check_uscc accepts the code."""
    try:
        check_uscc(code)
    except CodeError:
        return False
    return True


def read_uscc(text: str) -> Uscc:
    """Tolerant reading: surrounding and inner blanks dropped, lower case raised; then strict."""
    return check_uscc("".join(text.split()).upper())


def complete_uscc(first17: str) -> str:
    """The 18-character code of the first seventeen characters.

    Raises:
        CodeLength, CodeCharacter, OrganisationCheck: the seventeen characters are not valid.
    """
    if len(first17) != 17:
        raise CodeLength("应给出前 17 位")
    if not _USCC_BODY.match(first17):
        raise CodeCharacter("前 17 位含有标准之外的字符")
    return check_uscc(first17 + str(uscc.calc_check_digit(first17))).code


def make_uscc(kind: str, division: str, body: str, department: str = "9") -> str:
    """A code from its parts: kind (1 enterprise, 2 individual …), division, eight-character body."""
    return complete_uscc(f"{department}{kind}{division}{body}{organisation_check(body)}")


def organisation_check(body: str) -> str:
    """The ninth character of an organisation code (组织机构代码): 11 − Σ mod 11, 10→X, 11→0."""
    if not _ORGANISATION_BODY.match(body):
        raise CodeCharacter("组织机构代码本体应为 8 位数字或大写字母")
    total = sum(
        int(char, 36) * weight for char, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)
    )
    return "0123456789X0"[11 - total % 11]


def check_organisation_code(code: str) -> str:
    """The nine characters, written with or without the hyphen before the last; raises CodeError."""
    plain = code[:8] + code[9:] if len(code) == 10 and code[8] == "-" else code
    if len(plain) != 9:
        raise CodeLength("组织机构代码应为 9 位")
    if organisation_check(plain[:8]) != plain[8]:
        raise OrganisationCheck("组织机构代码校验码不符,请核对")
    return plain


def check_resident_id(code: str, on: date) -> ResidentId:
    """The parts of a valid number, as of the day.

    Raises:
        CodeLength, CodeCharacter, CodeDate, CodeCheck: what is wrong, in this order.
    """
    if len(code) != 18:
        raise CodeLength("公民身份号码应为 18 位")
    if not _RESIDENT.match(code):
        raise CodeCharacter("公民身份号码前 17 位为数字,末位为数字或大写 X")
    try:
        birth = date(int(code[6:10]), int(code[10:12]), int(code[12:14]))
    except ValueError:
        raise CodeDate("公民身份号码中的出生日期不存在") from None
    if birth > on:
        raise CodeDate("公民身份号码中的出生日期晚于今天")
    if on.year - birth.year > _OLDEST:
        raise CodeDate("公民身份号码中的出生日期过早")
    if ric.calc_check_digit(code) != code[17]:
        raise CodeCheck("公民身份号码校验码不符,请核对")
    return ResidentId(code, code[:6], birth, "男" if int(code[16]) % 2 else "女")


def read_resident_id(text: str, on: date) -> ResidentId:
    """Tolerant reading: blanks dropped, x raised; then strict."""
    return check_resident_id("".join(text.split()).upper(), on)


def age_on(birth: date, day: date) -> int:
    """Full years (周岁) reached on the day; one born on 29 February comes of age on the 28th."""
    last = calendar.monthrange(day.year, birth.month)[1]
    birthday = date(day.year, birth.month, min(birth.day, last))
    return day.year - birth.year - (day < birthday)


def mask_resident_id(code: str) -> str:
    """The number as other people may see it: the first six and the last two characters."""
    if len(code) <= 8:
        return "*" * len(code)
    return code[:6] + "*" * (len(code) - 8) + code[-2:]


def check_registration_number(code: str) -> str:
    """A 15-digit registration number (注册号) of before 2015; raises CodeError."""
    if len(code) != 15:
        raise CodeLength("工商注册号应为 15 位")
    if not _REGISTRATION.match(code):
        raise CodeCharacter("工商注册号只能是数字")
    if mod_11_10.checksum(code) != 1:
        raise CodeCheck("工商注册号校验码不符,请核对")
    return code
