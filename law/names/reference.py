"""The reference page of the rules about names, with their doubts. Written by `tests.docs.pages`."""

from collections import Counter
from collections.abc import Iterable, Iterator

from law.clock_types import Verified
from law.names.forms import EntityKind
from law.names.rules import EDITION, RULES, Effect, Rule
from law.names.tables import CLASSES, FORMS, READINGS, SHAPE_MARKS, SHAPES, TRADITIONAL, WORDS
from law.names.words import NAME_WORDS, NameWord

EXAMPLES = {
    "same.identical": "红光（随州）酒业有限公司 / 红光(随州)酒业有限公司",
    "same.order": "北京红光酒业发展有限公司 / 红光（北京）酒业发展有限公司",
    "same.trade_and_industry": "随州市曾都区红光酒业有限公司 / 随县红光酒业厂；北京红光酒业有限公司 / 北京红光酒厂",
    "same.trade_without_industry": "随州红光有限公司 / 随县红光酒业有限公司",
    "same.other_split": "字号“红光酒”加行业“业” / 字号“红光”加行业“酒业”",
    "similar.synonym": "万青地产有限公司 / 万青置业有限公司",
    "similar.sound": "北京牛栏山酒业有限公司 / 北京牛兰山酒业有限公司",
    "similar.contains": "随州红光食品有限公司 / 随县新红光食品有限公司",
    "similar.partial_sound": "随州红光食品有限公司 / 随县鸿光明食品有限公司",
    "similar.no_industry": "随州红光实业有限公司 / 随县洪光科技有限公司",
    "similar.shape": "随州未来食品有限公司 / 随县末来食品有限公司",
}
_NOTES = (
    "比对范围：同一设区的市的全部登记机关（企业名称申报指引 2025 年版，待核）。",
    "参加比对的：已经登记、在保留期内、正在办理的名称，以及注销、变更、被撤销未满 1 年的名称（N03，满 1 年的当日仍受限制）。",
    "按表中次序，先成立的一条为准。相同的不得申报；近似的列出每一个名称，申请人作出承诺后可以申报。",
    "各条对两个名称不分先后，只有“拟用名称没有行业或者行业用语宽泛”一条只看拟用名称。",
    "字音：比较声母和韵母，不比较声调（依据没有写明声调，待核），说明中写出声调是否相同；多音字有一个读音相同即算。",
    "行业相同或者相近：归入 GB/T 4754-2017 同一大类即算；常用行业用语归入哪个大类是本系统的整理（待核）。",
    "投资关系、受让名称的例外按第十七条；完全相同而仍在使用的名称不因投资关系放行（本系统的读法，待核）。",
    "没有读到来源的字词不直接驳回，一律转人工审核。",
)


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# 企业名称规则一览"
    yield ""
    yield "本页由 `python -m tests.docs.pages` 生成，不要手改。数据：`law/data/names`（来源见其中的 README）。"
    yield ""
    marks = Counter(rule.verified for rule in RULES.values())
    yield f"- 规则版次 {EDITION}，共 {len(RULES)} 条；" + "，".join(
        f"{kind.label} {marks[kind]} 条" for kind in Verified if marks[kind]
    )
    yield f"- 字：通用规范汉字表 {len(READINGS)} 字及读音；繁体、异体对照 {len(TRADITIONAL)} 字；形近字 {len(SHAPES)} 字（待核）。"
    read = sum(word.verified is Verified.TEXT for word in WORDS.values())
    yield f"- 行业用语 {len(WORDS)} 个，其中 GB/T 4754-2017 原文 {read} 个，其余待核；大类 {len(CLASSES)} 个。"
    yield ""
    yield "## 名称本身"
    yield ""
    yield from _table(r for r in RULES.values() if r.effect not in (Effect.SAME, Effect.SIMILAR))
    yield ""
    yield "## 与其他名称比对"
    yield ""
    yield from (f"- {note}" for note in _NOTES)
    yield ""
    yield "| 规则 | 内容 | 结果 | 例 | 依据 | 核对 |"
    yield "|---|---|---|---|---|---|"
    for rule in RULES.values():
        if rule.effect in (Effect.SAME, Effect.SIMILAR):
            yield _row(rule, EXAMPLES[rule.id])
    yield ""
    yield "## 禁止和限制使用的字词"
    yield ""
    yield "| 结果 | 位置 | 理由 | 字词 | 依据 | 字词来源 | 核对 |"
    yield "|---|---|---|---|---|---|---|"
    yield from _words()
    yield ""
    yield "## 组织形式"
    yield ""
    yield "| 字样 | 主体类型 | 同时说明的行业 | 依据 | 核对 |"
    yield "|---|---|---|---|---|"
    for form in FORMS.values():
        kinds = "、".join(k.label for k in EntityKind if k.value in form.kinds)
        yield _cells(form.text, kinds, form.industry, form.basis, _mark(form.verified))
    yield ""
    yield "## 形近字（待核）"
    yield ""
    groups: dict[str, list[str]] = {}
    for character, first in SHAPES.items():
        groups.setdefault(first, []).append(character)
    assert all(mark is not Verified.TEXT for mark in SHAPE_MARKS.values())
    yield "、".join("".join(group) for group in groups.values()) + "。"


def _table(rules: Iterable[Rule]) -> Iterator[str]:
    yield "| 规则 | 内容 | 结果 | 依据 | 核对 |"
    yield "|---|---|---|---|---|"
    for rule in rules:
        yield _row(rule)


def _row(rule: Rule, *more: str) -> str:
    return _cells(
        f"`{rule.id}`", rule.title, rule.effect.label, *more, rule.basis, _mark(rule.verified)
    )


_PLACES = {"anywhere": "任何位置", "prefix": "名称开头", "middle": "名称中间", "trade": "整个字号"}


def _words() -> Iterator[str]:
    groups: dict[tuple[str, ...], list[NameWord]] = {}
    for word in NAME_WORDS:
        key = (word.effect.label, _PLACES[word.place], word.reason)
        groups.setdefault((*key, word.basis, word.source, _mark(word.verified)), []).append(word)
    for (effect, place, reason, basis, source, mark), words in groups.items():
        yield _cells(effect, place, reason, "、".join(w.text for w in words), basis, source, mark)


def _mark(verified: Verified) -> str:
    return verified.label


def _cells(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
