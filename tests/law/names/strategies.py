"""Names for generated tests: plausible ones that collide often, and plain noise."""

from hypothesis import strategies as st

from law.names.tables import FORMS, READINGS, SHAPES, STANDARD, WORDS

# Few characters, many of them of one sound or one shape: collisions are what is looked for.
NEAR = "红洪宏鸿光广金锦今令山杉长常掌乐月盛成胜未末天夭大太行航重虫曾增一二三"
DIVISIONS = ("随州市曾都区", "随州", "随县", "广水市", "湖北", "曾都区", "武汉", "")
INDUSTRIES = (
    "酒业", "白酒", "食品", "地产", "置业", "房地产", "商贸", "贸易", "科技", "实业", "发展", "酒业发展",
    "国际贸易", "机械制造", "餐饮管理", "量子", "",
)  # fmt: skip
FORM_TEXTS = (
    "有限公司", "有限责任公司", "股份有限公司", "厂", "酒厂", "酒店", "集团有限公司", "（集团）有限公司",
    "中心（有限合伙）", "专业合作社", "有限公司广水分公司", "",
)  # fmt: skip

trades = st.text(NEAR, min_size=1, max_size=5)


@st.composite
def plausible(draw: st.DrawFn) -> tuple[str, str | None]:
    """A name, and perhaps the trade name as an applicant declares it."""
    division = draw(st.sampled_from(DIVISIONS))
    trade = draw(trades)
    industry = draw(st.sampled_from(INDUSTRIES))
    form = draw(st.sampled_from(FORM_TEXTS))
    if division and draw(st.booleans()):
        name = f"{trade}（{division}）{industry}{form}"
    else:
        name = f"{division}{trade}{industry}{form}"
    return name, trade if draw(st.booleans()) else None


_SAMPLE = sorted(STANDARD)[:: max(1, len(STANDARD) // 500)] + sorted(SHAPES)
pieces = st.one_of(
    st.sampled_from(sorted(WORDS)),
    st.sampled_from(sorted(FORMS)),
    st.sampled_from(sorted(DIVISIONS)),
    st.sampled_from(_SAMPLE),
    st.sampled_from(["（", "）", "(", ")", "分公司", "集团", "开发区", "中国", "国际"]),
    st.text(st.sampled_from(sorted(READINGS)), max_size=3),
)
patchwork = st.lists(pieces, max_size=8).map("".join)
noise = st.text(st.characters(exclude_categories=()), max_size=120)
