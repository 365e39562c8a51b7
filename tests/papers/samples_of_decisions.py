"""Samples of decisions on registrations, names and licences (登记、名称、许可)."""

from datetime import date
from typing import Any

from tests.papers.sample_parts import RECEIVED, REMEDIES, common

SAMPLES: dict[str, dict[str, Any]] = {
    "registration": common(
        "曾市监登字〔2026〕第000118号",
        "P4V9-CS7U",
        uscc="91421303MA4K1X2Y9A",
        registered_on="2026-09-28",
        issued_on=date(2026, 9, 28),
        entries=[
            {"label": "类型", "value": "有限责任公司（自然人投资或控股）"},
            {"label": "法定代表人", "value": "周晓岚"},
            {"label": "注册资本", "value": "壹佰贰拾万元整"},
            {"label": "住所", "value": "湖北省随州市曾都区解放路126号"},
        ],
    ),
    "change_registration": common(
        "曾市监登变准〔2026〕第000031号",
        "W7K2-PM4C",
        uscc="91421303MA4K1X2Y9A",
        changed_on="2026-09-24",
        issued_on=date(2026, 9, 24),
        changes=[
            {
                "item": "住所",
                "before": "湖北省随州市曾都区解放路126号",
                "after": "湖北省随州市曾都区西城街道交通大道9号",
            },
            {"item": "经营范围", "before": "食用农产品批发", "after": "食用农产品批发；粮食收购"},
        ],
        licence_number="421303000000127",
        voided_licence="421303000000011",
        declared_void=True,
        branches_due={
            "day": "2026-10-26",
            "length": "30日",
            "counted_from": "2026-09-24",
            "basis": "《市场主体登记管理条例实施细则》第三十一条",
        },
    ),
    "registration_refusal": common(
        "曾市监不登〔2026〕第000003号",
        "Q5W2-DT8V",
        received_at=RECEIVED,
        reasons=[
            "拟任法定代表人担任被吊销营业执照的公司的法定代表人，对该公司违法负有个人责任，"
            "自吊销之日起未逾三年，不得担任公司的法定代表人（《市场主体登记管理条例》第十二条）。",
            "申请登记的经营范围含有《市场准入负面清单》禁止准入的项目。",
        ],
        remedies=REMEDIES,
    ),
    "name_reservation": common(
        "曾市监〔2026〕名保字第000031号",
        "T8Z5-GW2Y",
        recipient="周晓岚",
        matter="企业名称自主申报",
        received_at="2026-07-31T10:00:00+08:00",
        issued_on=date(2026, 7, 31),
        entries=[
            {"label": "名称", "value": "随州市曾都区䶮辉商贸有限公司"},
            {"label": "企业类型", "value": "有限责任公司"},
            {"label": "字号", "value": "䶮辉"},
        ],
        kept_until={
            "day": "2026-09-30",
            "length": "2个月",
            "counted_from": "2026-07-31",
            "basis": "企业名称登记管理规定 18",
        },
        similar=["随州市晏辉商贸有限公司"],
    ),
    "name_refusal": common(
        "曾市监〔2026〕名不准字第000002号",
        "U9A6-HX3Z",
        recipient="周晓岚",
        matter="企业名称自主申报",
        received_at="2026-07-31T10:00:00+08:00",
        entries=[{"label": "名称", "value": "中国䶮辉商贸有限公司"}],
        reasons=["没有国务院批准文件（《企业名称登记管理规定》第十二条）。"],
        remedies=REMEDIES,
    ),
    "name_cancellation": common(
        "曾市监〔2026〕名撤字第000001号",
        "V1B7-JY4A",
        recipient="周晓岚",
        matter="企业名称自主申报",
        reserved_on="2026-07-31",
        entries=[{"label": "名称", "value": "随州市曾都区䶮辉商贸有限公司"}],
        reasons=["申报时隐瞒了该名称损害公共利益的情况。"],
        remedies=REMEDIES,
    ),
    "licence_items_told": common(
        "曾市监〔2026〕证照告字第000001号",
        "W2C8-KZ5B",
        matter="涉企经营许可事项办理（证照分离）",
        received_at=RECEIVED,
        items=[
            {
                "name": "广告发布登记",
                "terms": "广告发布",
                "department": "市场监督管理部门",
                "mode": "直接取消审批",
                "trade_from": "领取营业执照后",
                "advice": "“广告发布登记”已直接取消审批，不用办理；领取营业执照后即可经营。办理方式待核。",
            }
        ],
        unknown=["月球旅游观光服务"],
        edition="2026.1",
    ),
    "licensing_grant": common(
        "曾市监许准〔2026〕第000210号",
        "R6X3-EU9W",
        recipient="曾都区吉安小吃店",
        matter="食品经营许可",
        received_at="2026-09-21T09:12:00+08:00",
        accepted_on="2026-09-21",
        content=[
            {"label": "主体业态", "value": "餐饮服务经营者"},
            {"label": "经营项目", "value": "热食类食品制售；自制饮品制售"},
            {"label": "经营场所", "value": "湖北省随州市曾都区烈山大道88号"},
        ],
        conditions=["按照许可的主体业态、经营项目从事经营。", "许可事项变化的，依法申请变更。"],
        certificate_due={
            "day": "2026-10-15",
            "length": "5个工作日",
            "counted_from": "2026-10-08",
            "basis": "《食品经营许可和备案管理办法》（待核）",
            "reasons": [
                {"days": "10月9日至10月10日", "count": "第1至2日", "why": "工作日"},
                {"days": "10月11日", "count": "不计", "why": "周日休息"},
            ],
            "provisional": False,
        },
    ),
    "licensing_refusal": common(
        "曾市监许不〔2026〕第000011号",
        "S7Y4-FV2X",
        recipient="曾都区𠮷安小吃店",
        matter="食品经营许可",
        received_at="2026-09-21T09:12:00+08:00",
        accepted_on="2026-09-21",
        facts="2026年9月28日现场核查，加工操作区与就餐区没有有效分隔，未设专用的餐用具清洗消毒水池。",
        reasons=[
            "加工经营场所的布局、设备不符合申请的经营项目所需要的条件，核查记录载明不符合项两项。"
        ],
        remedies=REMEDIES,
    ),
}
