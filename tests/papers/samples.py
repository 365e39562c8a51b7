"""One sample of every paper, told as one case (law.md S20) and one food licence (S24, S45)."""

from datetime import date, datetime
from typing import Any

from law.zone import CST
from tests.papers import samples_of_promises

OFFICE = "随州市曾都区市场监督管理局"
ISSUED = datetime(2026, 9, 23, 16, 30, tzinfo=CST)
RECEIVED = "2026-09-23T10:00:00+08:00"
REMEDIES = {"review_body": "随州市曾都区人民政府", "court": "随州市曾都区人民法院"}
R01 = {
    "day": "2026-09-29",
    "length": "3个工作日",
    "counted_from": "2026-09-23",
    "basis": "《市场主体登记管理条例》第十九条",
    "reasons": [
        {
            "days": "9月23日",
            "count": "起算",
            "why": "起算事件当日不计入",
            "source": "民法典第二百零一条",
        },
        {"days": "9月24日", "count": "第1日", "why": "工作日", "source": ""},
        {
            "days": "9月25日至9月27日",
            "count": "不计",
            "why": "中秋节放假",
            "source": "国办发明电〔2025〕7号",
        },
        {"days": "9月28日至9月29日", "count": "第2至3日", "why": "工作日", "source": ""},
    ],
    "notices": ["《国务院办公厅关于2026年部分节假日安排的通知》（国办发明电〔2025〕7号）"],
}
EXTENDED = {
    "day": "2026-10-09",
    "length": "3个工作日",
    "counted_from": "2026-09-29",
    "basis": "《市场主体登记管理条例》第十九条",
    "reasons": [
        {"days": "9月30日", "count": "第1日", "why": "工作日", "source": ""},
        {
            "days": "10月1日至10月7日",
            "count": "不计",
            "why": "国庆节放假",
            "source": "国办发明电〔2025〕7号",
        },
        {"days": "10月8日至10月9日", "count": "第2至3日", "why": "工作日", "source": ""},
    ],
    "notices": ["《国务院办公厅关于2026年部分节假日安排的通知》（国办发明电〔2025〕7号）"],
}


def common(number: str, code: str, **more: Any) -> dict[str, Any]:
    return {
        "number": number,
        "office": OFFICE,
        "recipient": "随州市曾都区䶮辉商贸有限公司",
        "matter": "公司设立登记",
        "case_number": "421303-2026-000123",
        "issued_on": date(2026, 9, 23),
        "verify_url": f"https://banjian.example/verify/{code}",
        "contact": "曾都区政务服务中心二楼3号窗口，0722-0000000",
        **more,
    }


SAMPLES: dict[str, dict[str, Any]] = {
    "application": common(
        "曾市监申〔2026〕第000123号",
        "H6P3-WL1N",
        received_at=RECEIVED,
        entries=[
            {"label": "名称", "value": "随州市曾都区䶮辉商贸有限公司"},
            {"label": "类型", "value": "有限责任公司（自然人投资或控股）"},
            {"label": "住所", "value": "湖北省随州市曾都区解放路126号"},
            {"label": "注册资本", "value": "壹佰贰拾万元整，2031年9月22日前缴足"},
            {"label": "股东出资", "value": "周晓岚认缴柒拾贰万元整；李国栋认缴肆拾捌万元整"},
            {"label": "人员", "value": "周晓岚（法定代表人、执行董事）；李国栋（监事）"},
        ],
        digest="3f9a" * 16,
        signers=["周晓岚", "李国栋"],
    ),
    "materials_receipt": common(
        "曾市监收〔2026〕第000123号",
        "J7Q4-XM2P",
        received_at=RECEIVED,
        materials=[
            {"name": "公司登记（备案）申请书"},
            {"name": "公司章程", "note": "全体股东电子签名"},
            {"name": "住所使用证明", "form": "扫描件", "quantity": 2},
            {"name": "法定代表人、董事、监事任职文件及身份证件", "quantity": 4},
        ],
        answer_due=R01,
    ),
    "acceptance": common(
        "曾市监登受〔2026〕第000123号",
        "K8R5-YN3Q",
        regime="registration",
        received_at=RECEIVED,
        accepted_on="2026-09-23",
        decision_due=R01,
    ),
    "non_acceptance": common(
        "曾市监不受〔2026〕第000004号",
        "L9S6-ZP4R",
        matter="股份有限公司设立登记",
        received_at=RECEIVED,
        reasons=[
            "申请登记的企业类型为股份有限公司，由设区的市级登记机关登记，不属于本机关登记管辖。"
        ],
        basis="《中华人民共和国行政许可法》第三十二条第一款第（二）项",
        competent_body="随州市市场监督管理局",
        remedies=REMEDIES,
    ),
    "deficiency": common(
        "曾市监补〔2026〕第000057号",
        "M2T7-AQ5S",
        regime="registration",
        received_at=RECEIVED,
        file_version=1,
        items=[
            {
                "material": "公司章程",
                "problem": "第八条所载注册资本为100万元，与申请书所载120万元不一致。",
                "required": "修改章程第八条或者申请书，使两者一致，由全体股东重新签名后上传。",
                "basis": "《市场主体登记管理条例》第十六条",
            },
            {
                "material": "住所使用证明",
                "problem": "租赁合同缺第3页，租期不能辨认。",
                "required": "上传合同全部页面的清晰彩色扫描件（PDF、JPG或PNG，每份不超过10 MB）。",
            },
            {
                "material": "监事身份证件",
                "problem": "上传的证件已过有效期（2026年8月31日）。",
                "required": "上传在有效期内的身份证件正反两面。",
            },
        ],
        consequence="补正材料提交以前，登记期限不起算；材料齐全、符合法定形式的，自收到之日起三个工作日内予以登记。",
    ),
    "extension": common(
        "曾市监延〔2026〕第000009号",
        "N3U8-BR6T",
        regime="registration",
        accepted_on="2026-09-23",
        original_due=R01,
        new_due=EXTENDED,
        reason="申请人提交的住所证明涉及两处产权，需要向不动产登记机构核实，情形复杂。",
    ),
    "renewal_deemed": common(
        "曾市监食经续〔2026〕第000002号",
        "M5R4-TD8W",
        received_at="2026-08-28T10:00:00+08:00",
        expired=R01,
        basis="行政许可法 50",
    ),
    "suspension": common(
        "曾市监食经止〔2026〕第000003号",
        "X4K7-PD2M",
        matter="食品经营许可",
        period="食品经营许可:作出许可决定",
        period_basis="食品经营许可和备案管理办法（待核）",
        ground="听证",
        basis="行政许可法 45",
        circumstances="利害关系人提出听证申请，本机关决定于2026年10月8日举行听证。",
        since="2026-09-24",
        expected="2026-10-12",
        expected_length="8个工作日",
        used="2个工作日",
        left="8个工作日",
        reasons=[
            "9月21日：起算事件当日不计入",
            "9月22日至9月23日：第1至2日，工作日",
        ],
    ),
    "resumption": common(
        "曾市监食经续〔2026〕第000003号",
        "Y5L8-QE3N",
        matter="食品经营许可",
        period="食品经营许可:作出许可决定",
        period_basis="食品经营许可和备案管理办法（待核）",
        ground="听证",
        basis="行政许可法 45",
        since="2026-09-24",
        until="2026-10-12",
        notice="曾市监食经止〔2026〕第000003号",
        new_due=EXTENDED,
    ),
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
    "deregistration_letter": common(
        "曾市监登简注核〔2026〕第000002号",
        "W3C8-KZ7B",
        name="不适用简易注销程序告知书",
        matter="简易注销登记",
        paragraphs=["经向有关登记系统核查，有下列不适用简易注销程序的情形，本机关不予办理："],
        grounds=[
            {
                "code": "SD-05",
                "title": "被列入经营异常名录",
                "found": "2026-09-28列入（MD-2026-00000001）",
                "article": "条例第33条；实施细则第48条第1项",
            },
            {
                "title": "申请书的内容应当与登记的事项一致",
                "found": "名称不一致",
                "article": "条例第17条",
            },
        ],
        entries=[{"label": "统一社会信用代码", "value": "91421303MA4K1X2Y9A"}],
        due_label="提出异议的最后一天",
        due={
            "day": "2026-10-08",
            "length": "20日",
            "counted_from": "2026-09-18",
            "basis": "公司法 240; 登记管理条例 33; 实施细则 49",
            "reasons": [{"days": "10月8日", "count": "第20日", "why": "届满"}],
        },
        closing=["以上情形消除以后，可以再次公示、再次申请简易注销登记（待核）。"],
        basis="《中华人民共和国市场主体登记管理条例》第二十条、第三十三条",
        remedies=REMEDIES,
    ),
    "hosting_notice": common(
        "曾市监集管限〔2026〕第000002号",
        "W3C8-KZ6B",
        name="限期办理住所变更登记告知书",
        matter="住所托管",
        paragraphs=[
            "你（单位）的住所托管已经终止：托管协议到期。",
            "登记的住所不再由托管机构提供，请在下列期限内向登记机关申请住所变更登记。",
        ],
        entries=[
            {"label": "登记的住所", "value": "湖北省随州市曾都区烈山大道66号A12工位（集群注册）"},
            {
                "label": "托管机构",
                "value": "随州市曾都区众合商务秘书有限公司（91421303MA4K1X2Y9A）",
            },
        ],
        due={
            "day": "2026-10-08",
            "length": "30日",
            "counted_from": "2026-09-04",
            "basis": "《市场主体登记管理条例》第二十四条",
            "reasons": [
                {"days": "10月4日至10月7日", "count": "不计", "why": "国庆节放假,继续顺延"},
                {"days": "10月8日", "count": "届满", "why": "期末为休息日,顺延至首个工作日"},
            ],
        },
        basis="《中华人民共和国市场主体登记管理条例》第二十四条、第四十六条",
        remedies=REMEDIES,
    ),
    "deregistration_notice": common(
        "曾市监登注清告〔2026〕第000001号",
        "D3R8-KZ6B",
        name="清算和注销办理告知书",
        matter="注销登记（一般程序）",
        paragraphs=[
            "你（单位）的注销申请材料已收到，请在办件页逐项填报；逾期的记录在案，不影响继续办理。",
            "债权申报期届满以前，不得对债权人进行清偿（公司法第235条）。",
        ],
        entries=[
            {"label": "统一社会信用代码", "value": "91421303MA4K1X2Y9A"},
            {"label": "解散事由出现日期", "value": "2026-06-01"},
        ],
        due_label="公示解散事由的最后一天",
        due={
            "day": "2026-06-11",
            "length": "10日",
            "counted_from": "2026-06-01",
            "basis": "公司法 229",
            "reasons": [{"days": "6月2日至6月11日", "count": "第1至10日", "why": "逐日计算"}],
        },
        basis="《中华人民共和国公司法》第二百二十九条",
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

SAMPLES |= samples_of_promises.samples(common, RECEIVED, REMEDIES)
