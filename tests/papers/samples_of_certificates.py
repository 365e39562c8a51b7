"""Samples of certificates, of the letter without a form of its own, and of the archive's catalogue."""

from datetime import date
from typing import Any

from tests.papers.sample_parts import OFFICE, REMEDIES, common

SAMPLES: dict[str, dict[str, Any]] = {
    "business_licence": common(
        "421303000012026",
        "T8Z5-GW3Y",
        issued_on=date(2026, 9, 28),
        uscc="91421303MA4K1X2Y9A",
        entity_type="有限责任公司（自然人投资或控股）",
        head="周晓岚",
        capital="壹佰贰拾万元整",
        established_on="2026-09-28",
        domicile="湖北省随州市曾都区解放路126号鑫园小区3幢1单元101室",
        scope="一般项目：农副产品销售；日用百货销售；互联网销售（除销售需要许可的商品）；"
        "办公用品销售；包装材料及制品销售；普通货物仓储服务（不含危险化学品等需许可审批的项目）"
        "（除许可业务外，可自主依法经营法律法规非禁止或限制的项目）",
    ),
    "licence": common(
        "JY24213030012345",
        "U9A6-HX4Z",
        name="食品经营许可证",
        recipient="曾都区吉安小吃店",
        matter="食品经营许可",
        issued_on=date(2026, 10, 12),
        entries=[
            {"label": "统一社会信用代码", "value": "92421303MA4K1X2Y00"},
            {"label": "经营者", "value": "张䶮"},
            {"label": "住所", "value": "湖北省随州市曾都区烈山大道88号"},
            {"label": "经营场所", "value": "湖北省随州市曾都区烈山大道88号"},
            {"label": "主体业态", "value": "餐饮服务经营者"},
            {"label": "经营项目", "value": "热食类食品制售；自制饮品制售"},
        ],
        valid_from="2026-10-12",
        valid_until="2031-10-11",
        supervised_by="曾都区市场监督管理局西城所",
        signed_by="李国栋",
    ),
    "office_letter": common(
        "曾市监列异列〔2026〕第000001号",
        "L1ST-7Q2M",
        name="列入经营异常名录决定书",
        matter="列入经营异常名录",
        paragraphs=[
            "经核实，你（单位）存在下列情形，本机关决定将你（单位）列入经营异常名录，并通过国家企业信用信息公示系统公示。",
            "情形改正后，可以向本机关申请移出。",
        ],
        grounds=[
            {
                "title": "被列入经营异常名录",
                "found": "2026年9月28日列入（MD-2026-00000001）",
                "article": "条例第33条；实施细则第48条第1项",
            }
        ],
        closing=["以上情形消除以后，可以再次申请（待核）。"],
        entries=[
            {"label": "情形", "value": "通过登记的住所（经营场所）无法联系"},
            {"label": "经营异常名录", "value": "MD-2026-00000001"},
        ],
        due={
            "day": "2026-10-08",
            "length": "10日",
            "counted_from": "2026-09-28",
            "basis": "企业经营异常名录管理办法（待核）",
            "reasons": [{"days": "9月29日至10月8日", "count": "第1至10日", "why": "自然日"}],
        },
        due_label="公示的最后一天",
        basis="《企业信息公示暂行条例》第十七条",
        remedies=REMEDIES,
    ),
    "archive_catalogue": common(
        "421303-2026-000123",
        "V2B7-JY5A",
        issued_on=date(2026, 9, 30),
        retention="永久",
        rows=[
            {
                "number": f"曾市监〔2026〕{i}号",
                "responsible": OFFICE,
                "name": name,
                "day": "2026-09-23",
                "pages": i,
            }
            for i, name in enumerate(
                ["登记申请书", "公司章程", "受理通知书", "登记通知书", "营业执照（正本）"], 1
            )
        ],
    ),
}
