"""Citations of the clocks as letters write them: nothing guessed, nothing lost."""

import re

import pytest

from law.citations import number_zh, written
from law.clocks import CLOCKS


@pytest.mark.parametrize(
    ("citation", "said"),
    [
        (
            "公司法 240; 登记管理条例 33; 实施细则 49",
            "《中华人民共和国公司法》第二百四十条；《中华人民共和国市场主体登记管理条例》第三十三条；《市场主体登记管理条例实施细则》第四十九条",
        ),
        ("实施细则 53, 54", "《市场主体登记管理条例实施细则》第五十三条、第五十四条"),
        ("企业经营异常名录管理办法(二手资料)", "《企业经营异常名录管理办法》（二手资料）"),
        ("企业信息公示暂行条例 10(2014 年文本)", "《企业信息公示暂行条例》第十条（2014 年文本）"),
        # A paragraph or a number: not guessed.
        ("行政许可法 32(4), 82", "行政许可法 32（4）、82"),
        ("特种设备安全法 63; 办法 30", "《中华人民共和国特种设备安全法》第六十三条；办法 30"),
        ("系统默认", "系统默认"),
    ],
)
def test_a_citation_is_written_out(citation: str, said: str) -> None:
    assert written(citation) == said


def test_every_citation_keeps_its_parts() -> None:
    for clock in CLOCKS.values():
        said = written(clock.citation)
        assert said.count("；") == clock.citation.count(";")
        for number in re.findall(r"(?<= )\d{1,3}(?=,|;|$)", clock.citation):
            assert number in said or number_zh(int(number)) in said


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "一"), (10, "十"), (19, "十九"), (33, "三十三"), (105, "一百零五"), (110, "一百一十"),
     (229, "二百二十九"), (240, "二百四十"), (300, "三百")],
)  # fmt: skip
def test_numbers_of_articles(number: int, said: str) -> None:
    assert number_zh(number) == said
