"""Papers of the procedures that end an entry: simple, general and compulsory deregistration, annulment of a registration.

Names as they come: long ones, one with ·, rare characters.
"""

from typing import Any, Final

from tests.papers.served import Served

LONG: Final = (
    "随州市曾都区阿不都热依木·买买提清真牛羊肉供应链管理与冷链物流服务（集团）有限责任公司"
)
RARE: Final = "随州市曾都区䶮𠮷辉商贸有限公司"
USCC: Final = "91421303MA0QH1006C"
ENDED: Final[dict[str, Any]] = {
    "uscc": USCC,
    "name": LONG,
    "way": "simple",
    "deregistered_at": "2026-10-12T15:20:00+08:00",
    "voided_licence_number": "421303000000011",
}


def person(name: str, number: str, *posts: str) -> dict[str, Any]:
    return {"name": name, "id_number": number, "phone": "13800006210", "posts": list(posts)}


SIMPLE: Final[dict[str, Any]] = {
    "uscc": USCC,
    "company": LONG,
    "entity_type": "company",
    "debts": "settled",
    "nothing_owed": True,
    "licence_paper": "returned",
    "persons": [
        person("阿不都热依木·买买提", "421303198506142016", "legal_representative", "investor"),
        person("李𠮷䶮", "421303199202290014", "investor"),
        person("王雅琴", "421303199010033523", "investor"),
    ],
}
GROUNDS: Final = [
    {
        "code": "sd_05",
        "state": "bad",
        "fact": "2026年9月28日列入（MD-2026-00000001），情形：通过登记的住所（经营场所）无法联系",
        "rule": "",
        "cite": "条例第33条；实施细则第48条第1项",
    },
    {
        "code": "sd_07",
        "state": "bad",
        "fact": "股权被湖北省随州市曾都区人民法院冻结，（2026）鄂1303执保字第128号；股权出质给湖北随州农村商业银行股份有限公司",
        "rule": "",
        "cite": "条例第33条；实施细则第48条第2项",
    },
    {
        "code": "sd_13",
        "state": "bad",
        "fact": f"{LONG}第一分公司没有注销",
        "rule": "",
        "cite": "国市监注发〔2021〕45号（待核）；条例第32条",
    },
    {
        "code": "entity_name",
        "state": "bad",
        "fact": f"写的名称是“{RARE}”，登记的名称是“{LONG}”",
        "rule": "申请书的内容应当与登记的事项一致",
        "cite": "条例第17条",
    },
]
GENERAL: Final[dict[str, Any]] = {
    "uscc": USCC,
    "company": LONG,
    "entity_kind": "limited_company",
    "cause": "resolution",
    "dissolved_on": "2026-06-01",
    "licence_paper": "cannot_return",
    "truthful": True,
}
COMPULSORY: Final[dict[str, Any]] = {
    "uscc": USCC,
    "company": RARE,
    "ground": "revoked",
    "ended_on": "2023-03-30",
    "reasons": "2023年3月30日被吊销营业执照，至今没有成立清算组，没有申请注销登记，登记的住所查无此人",
}
REVOCATION: Final[dict[str, Any]] = {
    "target": "registration",
    "company": RARE,
    "uscc": USCC,
    "ground": "identity_theft",
    "facts": "2026年8月收到税务机关短信，才知道被登记为该公司法定代表人，从未签过名。",
    "relation": "被冒用身份登记为法定代表人",
}
LICENCE: Final[dict[str, Any]] = {
    **REVOCATION,
    "target": "licence",
    "licence_number": "JY24213030012345",
    "ground": "promise_broken",
    "relation": "登记机关依职权启动",
}


def simple(kind: str, at: str, *says: str, **more: Any) -> Served:
    return Served("simple_deregistration", kind, more.pop("form", SIMPLE), at, says=says, **more)


def general(kind: str, at: str, *says: str, **more: Any) -> Served:
    return Served("general_deregistration", kind, GENERAL, at, says=says, **more)


def compulsory(kind: str, at: str, *says: str, **more: Any) -> Served:
    return Served("compulsory_deregistration", kind, COMPULSORY, at, says=says, **more)


def revocation(kind: str, at: str, *says: str, **more: Any) -> Served:
    return Served(
        "registration_revocation", kind, more.pop("form", REVOCATION), at, says=says, **more
    )


SIMPLE_PAPERS: Final = (
    simple("receipt", "2026-09-18T10:00:05+08:00", "不代表申请已被受理", data={"received_at": "2026-09-18T10:00:00+08:00"}),
    simple("application", "2026-09-18T10:05:00+08:00", "承诺不实的后果", "连带责任", "李𠮷䶮"),
    simple("precheck_result", "2026-09-18T10:02:00+08:00", "第48条第2项", "第一分公司", "再次公示", "不服本告知书", data={"facts": GROUNDS, "curable": True}),
    simple("announcement", "2026-09-18T16:00:00+08:00", "2026年10月8日（星期四）24:00", "banjian.example/notices", "异议通道关闭", data={"clock": "D01#1", "publication": {"publication_number": "GS-2026-00000031"}}, clocks={"D01#1": "2026-09-18T16:00:00+08:00"}),
    simple("termination_notice", "2026-09-30T10:00:00+08:00", "税务部门", "一般注销程序", "不服本通知书", data={"who": "税务部门", "said": ["有未办结的发票事项，2026年第二季度企业所得税未申报。", "有未缴纳的滞纳金3,218.40元。"], "individual": False, "investors": ["阿不都热依木·买买提", "李𠮷䶮", "王雅琴"]}),
    simple("acceptance", "2026-10-09T09:10:00+08:00", "2026年10月13日（星期二）24:00", data={"accepted_at": "2026-10-09T09:00:00+08:00", "clock": "R01#1"}, clocks={"R01#1": "2026-10-09T09:00:00+08:00"}),
    simple("extension", "2026-10-13T09:10:00+08:00", "延长一次", data={"accepted_at": "2026-10-09T09:00:00+08:00", "clock": "R01#1", "original_due": "2026-10-13", "new_due": "2026-10-16", "reason": "股权冻结的解除情况需要向人民法院核实，情形复杂"}, clocks={"R01#1": "2026-10-13T09:00:00+08:00"}),
    simple("refusal", "2026-10-12T09:10:00+08:00", "不予登记", "第48条第2项", "不服本通知书", data={"accepted_at": "2026-10-09T09:00:00+08:00", "facts": GROUNDS[:2], "curable": True}, variant="grounds"),
    simple("refusal", "2026-10-12T09:10:00+08:00", "公告期届满后收到书面异议", "不服本通知书", data={"accepted_at": "2026-10-09T09:00:00+08:00", "reasons": ["公告期届满后收到书面异议，债权人提交了生效判决，债务没有清偿。"]}, variant="reasons"),
    simple("lapse", "2026-10-29T00:05:00+08:00", "本次公示失效", "不服本通知书", data={"clock": "D02#1"}, clocks={"D02#1": "2026-10-09T00:00:00+08:00"}),
    simple("grant", "2026-10-12T15:21:00+08:00", "准予注销登记", "2027年10月12日", "421303000000011", data={"ended": ENDED}),
)  # fmt: skip

TOLD: Final = {
    "D10#1": "2026-06-01T10:00:00+08:00",
    "D11#1": "2026-06-01T10:00:00+08:00",
    "D12#1": "2026-06-10T10:00:00+08:00",
    "D13#1": "2026-06-10T10:00:00+08:00",
    "D13b#1": "2026-06-10T10:00:00+08:00",
}
GENERAL_PAPERS: Final = (
    general("receipt", "2026-06-02T10:00:05+08:00", "不代表申请已被受理", data={"received_at": "2026-06-02T10:00:00+08:00"}, handed=("resolution", "resolution", "old_licence")),
    general("liquidation_told", "2026-06-02T10:00:06+08:00", "2026年6月11日（星期四）24:00", "不得对债权人进行清偿", "《中华人民共和国公司法》第二百二十九条", data={"way": "company", "clocks": list(TOLD)}, clocks=TOLD),
    general("acceptance", "2026-10-27T09:10:00+08:00", "予以受理", data={"accepted_at": "2026-10-27T09:00:00+08:00", "clock": "R01#1"}, clocks={"R01#1": "2026-10-26T16:00:00+08:00"}),
    general("notice", "2026-10-27T09:10:00+08:00", "清算报告没有写明", "以上共2项", data={"received_at": "2026-10-26T16:00:00+08:00", "version": 2, "gaps": [{"gap": "report_claims", "part": "liquidation_report", "advice": "请在清算报告中逐笔写明申报债权的处理情况。"}, {"gap": "resolution_unsigned", "part": "resolution", "advice": "请按章程签名、盖章后重新上传。"}]}),
    general("not_accepted", "2026-06-02T10:00:06+08:00", "随县市场监督管理局", "六十日", data={"received_at": "2026-06-02T10:00:00+08:00", "reasons": ["该主体由随县市场监督管理局登记，本机关没有管辖权，请向随县市场监督管理局申请。"], "competent_body": "随县市场监督管理局"}),
    general("extension", "2026-10-29T09:10:00+08:00", "延长一次", data={"accepted_at": "2026-10-27T09:00:00+08:00", "clock": "R01#1", "original_due": "2026-10-29", "new_due": "2026-11-03", "reason": "清算报告涉及两处不动产的处置，需要核实，情形复杂"}, clocks={"R01#1": "2026-10-29T09:00:00+08:00"}),
    general("grant", "2026-10-27T11:01:00+08:00", "准予注销登记", "公告作废", "六十日", data={"ended": {**ENDED, "way": "general"}}),
    general("refusal", "2026-10-27T11:01:00+08:00", "不予登记", "六十日", data={"received_at": "2026-10-26T16:00:00+08:00", "reasons": ["清算报告没有写明申报的债权怎样处理，债权人的债权没有清偿（公司法第二百三十五条）。"]}),
    general("ended", "2026-08-27T11:01:00+08:00", "终止办理", "六十日", data={"reason": "公司财产不足清偿债务，清算组依法向随州市曾都区人民法院申请破产清算", "article": "公司法 237"}),
)  # fmt: skip

COMPULSORY_PAPERS: Final = (
    compulsory("compulsory_notice", "2026-04-08T10:00:00+08:00", "2026年7月7日（星期二）24:00", "banjian.example/notices", "（待核）", data={"clock": "D18#1"}, clocks={"D18#1": "2026-04-08T10:00:00+08:00"}),
    compulsory("stopped_told", "2026-05-08T10:00:00+08:00", "本次强制注销终止"),
    compulsory("grant", "2026-07-08T10:00:00+08:00", "申请恢复登记", "2029年7月8日", "自注销之日起作废", "不服本决定", data={"ended": {**ENDED, "name": RARE, "deregistered_at": "2026-07-08T10:00:00+08:00"}, "clock": "D18c#1"}, clocks={"D18c#1": "2026-07-08T10:00:00+08:00"}),
    compulsory("not_deregistered", "2026-07-08T10:00:00+08:00", "不予强制注销", data={"reasons": "公告期内公司已经成立清算组"}),
    compulsory("restored", "2026-09-08T10:00:00+08:00", "决定恢复", data={"reasons": "申请人提交的清算材料证明公司仍有财产没有处置", "applicant": "湖北随州农村商业银行股份有限公司"}),
    compulsory("not_restored", "2026-09-08T10:00:00+08:00", "不予恢复", "六十日", data={"told": "申请人与该公司没有利害关系", "applicant": "阿不都热依木·买买提"}),
)  # fmt: skip

DECIDED: Final = {
    "decided_at": "2026-11-30T10:00:00+08:00",
    "voided": "421303000000011",
    "reasons": [
        "笔迹鉴定表明申请书、章程上的签名不是阿依古丽·买买提所签。",
        "登记时的实名认证使用了失效的身份证件。",
    ],
    "responsible": ["李𠮷䶮", "王雅琴"],
}
REVOCATION_PAPERS: Final = (
    revocation("receipt", "2026-09-18T10:00:05+08:00", "阿依古丽·买买提", data={"received_at": "2026-09-18T10:00:00+08:00", "clock": "R11#1"}, clocks={"R11#1": "2026-09-18T10:00:00+08:00"}, handed=("identity", "evidence", "evidence")),
    revocation("notice", "2026-09-19T10:00:05+08:00", "阿依古丽·买买提", "以上共1项", data={"received_at": "2026-09-18T10:00:00+08:00", "version": 1, "gaps": [{"gap": "evidence_missing", "part": "evidence", "advice": "请补充笔迹鉴定或者报案回执。"}]}),
    revocation("not_accepted", "2026-09-19T10:00:05+08:00", "阿依古丽·买买提", "六十日", data={"received_at": "2026-09-18T10:00:00+08:00", "reasons": ["该企业由广水市市场监督管理局登记，本机关没有管辖权。"], "competent_body": "广水市市场监督管理局"}),
    revocation("acceptance", "2026-09-21T10:00:00+08:00", "阿依古丽·买买提", "2026年12月21日（星期一）24:00", data={"accepted_at": "2026-09-21T10:00:00+08:00", "clock": "R12#1"}, clocks={"R12#1": "2026-09-21T10:00:00+08:00"}),
    revocation("extension", "2026-12-20T10:00:00+08:00", "阿依古丽·买买提", "延长", data={"accepted_at": "2026-09-21T10:00:00+08:00", "clock": "R12#1", "original_due": "2026-12-21", "new_due": "2027-03-21", "reason": "需要等待笔迹鉴定结论，情形复杂"}, clocks={"R12#1": "2026-12-21T10:00:00+08:00"}),
    revocation("annulment_notice", "2026-10-09T10:00:00+08:00", "2026年11月23日（星期一）24:00", "banjian.example/notices", "第五十三条", data={"clock": "R13#1"}, clocks={"R13#1": "2026-10-09T10:00:00+08:00"}),
    revocation("annulment_notice", "2026-10-09T10:00:00+08:00", "第六十九条", "待核", form=LICENCE, data={"clock": "R13#1"}, clocks={"R13#1": "2026-10-09T10:00:00+08:00"}, variant="licence"),
    revocation("grant", "2026-11-30T10:05:00+08:00", "撤销该登记", "2029年11月30日", "不得再次申请", "六十日", data=DECIDED),
    revocation("grant", "2026-11-30T10:05:00+08:00", "撤销该许可", "第六十九条", "六十日", form=LICENCE, data={**DECIDED, "voided": "JY24213030012345"}, variant="licence"),
    revocation("refusal", "2026-11-30T10:05:00+08:00", "阿依古丽·买买提", "不予撤销", "第四十一条", "六十日", data={"received_at": "2026-09-18T10:00:00+08:00", "reasons": ["企业有职工四百余人，承担全区生活垃圾清运，撤销将严重影响职工和公众的利益。"]}, decision={"decision": "public_interest"}),
)  # fmt: skip

SERVED: Final = SIMPLE_PAPERS + GENERAL_PAPERS + COMPULSORY_PAPERS + REVOCATION_PAPERS
