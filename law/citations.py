"""A clock's citation as a letter writes it: 登记管理条例 33 → 《中华人民共和国市场主体登记管理条例》第三十三条.

The clocks name statutes briefly (`law.md` §4). What is not a statute with whole articles stays as it is: an item in
brackets may be a paragraph (款) or a number (项), and a letter may not guess.
"""

import re
from typing import Final

FULL: Final = {
    "登记管理条例": "中华人民共和国市场主体登记管理条例",
    "实施细则": "市场主体登记管理条例实施细则",
    "公示条例": "企业信息公示暂行条例",
}
_STATUTE = re.compile(
    r"(?P<name>[^\W\d]{2,}(?:法|条例|规定|办法|细则))"
    r"(?: (?P<articles>\d{1,3}(?:, \d{1,3})*))?"
    r"(?: ?(?P<note>\([^()]*\D[^()]*\)))?"
)
_DIGITS = "零一二三四五六七八九"


def written(citation: str) -> str:
    """The whole citation: its parts stand apart with ；."""
    return "；".join(_part(part.strip()) for part in citation.split(";"))


def articles(numbers: str) -> str:
    """第三十三条、第四十九条"""
    return "、".join(f"第{number_zh(int(n))}条" for n in numbers.split(", "))


def number_zh(number: int) -> str:
    """1 to 999 in words, as articles are counted: 二百四十, 十九, 一百零五."""
    hundreds, rest = divmod(number, 100)
    tens, units = divmod(rest, 10)
    said = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        said += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and units:
        said += "零"
    return said + (_DIGITS[units] if units else "")


def _part(part: str) -> str:
    found = _STATUTE.fullmatch(part)
    # 办法, 细则: of the statute before it, which only a reader of the law report knows.
    if found is None or len(found["name"]) <= 2:
        return part.replace(", ", "、").replace("(", "（").replace(")", "）").replace(":", "：")
    name = FULL.get(found["name"], found["name"])
    # A law of the National People's Congress.
    if name.endswith("法") and not name.endswith("办法"):
        name = f"中华人民共和国{name}"
    note = (found["note"] or "").replace("(", "（").replace(")", "）")
    return f"《{name}》{articles(found['articles']) if found['articles'] else ''}{note}"
