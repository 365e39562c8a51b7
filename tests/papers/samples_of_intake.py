"""Samples of the papers on the way to a decision (受理、补正、延期、中止)."""

from typing import Any

from tests.papers.sample_parts import EXTENDED, R01, RECEIVED, REMEDIES, common

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
}
