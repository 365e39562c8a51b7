"""Codes the market register issues. Its own implementation: the bureau checks them with another one."""

# GB 32100-2015: no I, O, S, V, Z.
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_KIND_OF = {"individual": "2", "cooperative": "3"}


def _base31(number: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        number, rest = divmod(number, 31)
        digits = _ALPHABET[rest] + digits
    if number:
        raise OverflowError("the organisation codes of this registrar are used up")
    return digits


def organisation_code(sequence: int) -> str:
    """GB 11714: `MA`, six characters of the sequence, and a check character with weights 3 7 9 10 5 8 4 2."""
    body = "MA" + _base31(sequence, 6)
    return body + _organisation_check(body)


def _organisation_check(body: str) -> str:
    total = sum(int(c, 36) * w for c, w in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    rest = 11 - total % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def unified_code(entity_type: str, division: str, sequence: int) -> str:
    """统一社会信用代码: department 9 (market regulation), type, division, organisation code, check character."""
    body = "9" + _KIND_OF.get(entity_type, "1") + division + organisation_code(sequence)
    total = sum(_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + _ALPHABET[-total % 31]


def is_unified_code(code: str) -> bool:
    """Whether both check characters of a unified code hold."""
    if len(code) != 18 or any(c not in _ALPHABET for c in code):
        return False
    total = sum(_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
    return code[17] == _ALPHABET[-total % 31] and code[16] == _organisation_check(code[8:16])


def registration_number(division: str, sequence: int) -> str:
    """注册号, GS 15-2006: registrar, eight digits, and a check digit by ISO 7064 MOD 11,10."""
    body = f"{division}{sequence:08d}"
    product = 10
    for digit in body:
        product = (product + int(digit)) % 10 or 10
        product = product * 2 % 11
    return body + str((11 - product) % 10)
