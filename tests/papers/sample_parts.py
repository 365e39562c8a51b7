"""What the samples share: the office, one case (law.md S20), its terms and the remedies."""

from datetime import date, datetime
from typing import Any

from law.zone import CST

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
