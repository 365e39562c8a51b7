"""What is filled in for a change of a company's registered items (变更登记): law.md §2.3, 条例 arts. 24, 26; 实施细则 31–36.

One application may hold several changes; only the fields of the chosen ones are filled in. Identity numbers stay here,
in the database, sealed; the workflow sees codes and names only.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, Field

from forms.base import ApplicationForm, Fault, Section
from forms.establishment_registration import HostCode, Person, Post, Yuan, hosting_faults
from forms.fields import Day, Line, labelled
from law.calendars import default_calendars
from law.clocks import find_clock
from law.cluster_registration import marked
from law.codes import check_uscc
from law.deadline_types import ONE_DAY
from law.deadlines import deadline


class Change(StrEnum):
    """The registered items of 实施细则 6 that this procedure changes."""

    NAME = "name"
    ADDRESS = "address"
    LEGAL_REPRESENTATIVE = "legal_representative"
    BUSINESS_SCOPE = "business_scope"
    CAPITAL_INCREASE = "capital_increase"
    CAPITAL_REDUCTION = "capital_reduction"


CHANGE_LABELS = {
    Change.NAME: ("名称", "Name"),
    Change.ADDRESS: ("住所", "Domicile"),
    Change.LEGAL_REPRESENTATIVE: ("法定代表人", "Legal representative"),
    Change.BUSINESS_SCOPE: ("经营范围", "Business scope"),
    Change.CAPITAL_INCREASE: ("增加注册资本", "Increase of registered capital"),
    Change.CAPITAL_REDUCTION: ("减少注册资本", "Reduction of registered capital"),
}
CAPITAL: Final = frozenset({Change.CAPITAL_INCREASE, Change.CAPITAL_REDUCTION})


class LicencePaper(StrEnum):
    """What becomes of the paper licence (实施细则 23): handed back with the application, or later on a promise (容缺受理), or
    declared void."""

    RETURNED = "returned"
    RETURNED_LATER = "returned_later"
    ELECTRONIC_ONLY = "electronic_only"
    CANNOT_RETURN = "cannot_return"


LICENCE_PAPER_LABELS = {
    LicencePaper.RETURNED: ("一并缴回纸质营业执照正、副本", "Paper licence handed back"),
    LicencePaper.RETURNED_LATER: (
        "稍后缴回纸质营业执照正、副本（申请容缺受理）",
        "Paper licence to be handed back later (accepted on a promise)",
    ),
    LicencePaper.ELECTRONIC_ONLY: ("只领取过电子营业执照", "Only an electronic licence was issued"),
    LicencePaper.CANNOT_RETURN: (
        "无法缴回，由登记机关公告营业执照作废",
        "Cannot be handed back; the registrar declares it void",
    ),
}


def _uscc(value: str) -> str:
    text = value.strip().upper()
    check_uscc(text)
    return text


class Application(ApplicationForm):
    code = "change_registration.application"
    title = "公司变更登记申请"
    title_en = "Application for change registration"
    sections = (
        Section(
            "enterprise",
            "企业和变更事项",
            "Enterprise and changes",
            ("uscc", "company", "changes", "decided_on", "licence_paper"),
        ),
        Section("name", "名称变更", "Change of name", ("new_name", "name_reservation")),
        Section("address", "住所变更", "Change of domicile", ("new_domicile", "hosted_by")),
        Section(
            "scope",
            "经营范围变更",
            "Change of business scope",
            ("new_scope", "approved_on", "approval_without_term"),
        ),
        Section(
            "capital",
            "注册资本变更",
            "Change of registered capital",
            ("new_capital", "paid_until", "announced_on", "creditors_notified_on"),
        ),
        Section("people", "签署和认证的人员", "Persons who sign and authenticate", ("persons",)),
    )
    # The fields of each change; those with True must be filled in.
    OF: ClassVar[Mapping[Change, Mapping[str, bool]]] = {
        Change.NAME: {"new_name": True, "name_reservation": False},
        Change.ADDRESS: {"new_domicile": True, "hosted_by": False},
        Change.LEGAL_REPRESENTATIVE: {},
        Change.BUSINESS_SCOPE: {
            "new_scope": True,
            "approved_on": False,
            "approval_without_term": False,
        },
        Change.CAPITAL_INCREASE: {"new_capital": True, "paid_until": True},
        Change.CAPITAL_REDUCTION: {
            "new_capital": True,
            "paid_until": False,
            "announced_on": True,
            "creditors_notified_on": True,
        },
    }

    uscc: Annotated[
        str,
        labelled(
            "统一社会信用代码",
            "Unified social credit code",
            hint="18 位，见营业执照；应当是由本机关登记的企业",
        ),
        Field(max_length=18),
        AfterValidator(_uscc),
    ]
    company: Annotated[
        Line,
        labelled("企业名称（变更前）", "Company name (before the change)", hint="与营业执照一致"),
        Field(min_length=4, max_length=100),
    ]
    changes: Annotated[
        list[Change],
        labelled(
            "变更哪些登记事项",
            "Which registered items change",
            hint="可以多选",
            widget="checkboxes",
        ),
        Field(min_length=1, max_length=6),
    ]
    decided_on: Annotated[
        Day,
        labelled(
            "变更决议、决定作出之日",
            "Day of the resolution or decision",
            hint="法律规定的变更事项发生的，填发生之日；自该日起30日内申请（条例第24条）",
            widget="date",
        ),
    ]
    licence_paper: Annotated[
        LicencePaper, labelled("纸质营业执照", "Paper licence", widget="radios")
    ]
    new_name: Annotated[
        Line | None,
        labelled(
            "变更后的名称", "New name", hint="行政区划＋字号＋行业＋组织形式；不变更名称的不填"
        ),
        Field(min_length=6, max_length=100),
    ] = None
    name_reservation: Annotated[
        Line | None,
        labelled(
            "名称申报的办件编号",
            "Case number of the declared name",
            hint="新名称已经自主申报并在保留期内的，填那件申报的办件编号；也可以直接申请（实施细则第34条）",
        ),
        Field(max_length=96),
    ] = None
    new_domicile: Annotated[
        Line | None,
        labelled(
            "变更后的住所",
            "New domicile",
            hint="省、市、区、街道、门牌号；迁出本区的，向迁入地登记机关申请（实施细则第35条）",
        ),
        Field(min_length=6),
    ] = None
    hosted_by: HostCode = None
    new_scope: Annotated[
        list[Annotated[Line, Field(min_length=1)]] | None,
        labelled(
            "变更后的经营范围",
            "New business scope",
            hint="写全部经营范围，每行一项，使用规范表述",
            widget="lines",
        ),
        Field(min_length=1, max_length=100),
    ] = None
    approved_on: Annotated[
        Day | None,
        labelled(
            "有关许可、批准的批准日期",
            "Day of the licence or approval",
            hint="因许可、批准而变更经营范围的填写：自批准之日起30日内申请（条例第26条）",
            widget="date",
        ),
    ] = None
    approval_without_term: Annotated[
        bool,
        labelled(
            "批准文件没有写明有效期限",
            "The approval does not state how long it is valid",
            widget="checkbox",
        ),
    ] = False
    new_capital: Annotated[
        Yuan | None, labelled("变更后的注册资本（元）", "New registered capital (yuan)")
    ] = None
    paid_until: Annotated[
        Day | None,
        labelled(
            "出资期限",
            "Capital paid in by",
            hint="增加注册资本的填写：按设立时缴纳出资的规定（实施细则第36条）",
            widget="date",
        ),
    ] = None
    announced_on: Annotated[
        Day | None,
        labelled(
            "减资公告之日",
            "Day of the announcement of the reduction",
            hint="在国家企业信用信息公示系统公告之日；公告期45日届满后申请（实施细则第36条）",
            widget="date",
        ),
    ] = None
    creditors_notified_on: Annotated[
        Day | None,
        labelled(
            "通知债权人之日",
            "Day on which the creditors were notified",
            hint="自作出减资决议之日起10日内通知（公司法第224条）",
            widget="date",
        ),
    ] = None
    persons: Annotated[
        list[Person],
        labelled(
            "人员",
            "Persons",
            widget="people",
            hint="法定代表人签署；变更法定代表人的，填新任法定代表人，由其签署（实施细则第33条）；变更注册资本的，"
            "填全体股东和变更后的认缴出资额",
        ),
        Field(min_length=1, max_length=60),
    ]

    @classmethod
    def chosen(cls, answers: Mapping[str, Any]) -> frozenset[str]:
        """The changes, and what becomes of the paper licence."""
        changes = answers.get("changes")
        papers = {f"licence_{answers['licence_paper']}"} if answers.get("licence_paper") else set()
        return frozenset(papers | set(map(str, changes if isinstance(changes, list) else ())))

    def subject(self) -> str:
        return self.company

    def name_to_register(self) -> str | None:
        return self.new_name if Change.NAME in self.changes else None

    @property
    def domicile_to_register(self) -> str | None:
        """As entered and printed: a hosted one is marked."""
        new = self.new_domicile
        return marked(new) if new and self.hosted_by else new

    @property
    def head(self) -> Person:
        """The legal representative as of after the change, who signs."""
        return next(p for p in self.persons if Post.LEGAL_REPRESENTATIVE in p.posts)

    def signs(self, person: Person) -> bool:
        """Who must sign: the legal representative (实施细则 33); of a capital change all shareholders too, for what
        each of them subscribes."""
        posts = set(person.posts)
        return Post.LEGAL_REPRESENTATIVE in posts or bool(
            Post.SHAREHOLDER in posts and CAPITAL & set(self.changes)
        )

    def faults(self, today: date) -> list[Fault]:
        hosted = hosting_faults(self.hosted_by, self.new_scope or (), today)
        return [*self._of_changes(), *self._of_persons(), *self._of_days(today), *hosted]

    def _of_changes(self) -> list[Fault]:
        """Exactly the fields of the chosen changes."""
        found: list[Fault] = []
        if len(set(self.changes)) != len(self.changes):
            found.append((("changes",), "同一事项只选一次"))
        if set(self.changes) >= CAPITAL:
            found.append((("changes",), "增加和减少注册资本不能同时申请"))
        wanted = {n: must for c in self.changes for n, must in self.OF[c].items()}
        for name in dict.fromkeys(n for fields in self.OF.values() for n in fields):
            label = type(self).model_fields[name].title
            if wanted.get(name) and getattr(self, name) is None:
                found.append(((name,), f"请填写{label}"))
            elif name not in wanted and getattr(self, name):
                found.append(((name,), f"没有选择相应的变更事项，请删去{label}，或者补选变更事项"))
        if Change.NAME in self.changes and self.new_name == self.company:
            found.append((("new_name",), "变更后的名称与变更前的名称相同"))
        if self.approval_without_term and self.approved_on is None:
            found.append((("approved_on",), "请填写批准文件的批准日期"))
        return found

    def _of_persons(self) -> list[Fault]:
        found: list[Fault] = []
        posts = [p for person in self.persons for p in person.posts]
        if posts.count(Post.LEGAL_REPRESENTATIVE) != 1:
            found.append((("persons",), "应当有一名法定代表人；变更法定代表人的，填新任法定代表人"))
        ids = [p.id_number for p in self.persons]
        if len(set(ids)) != len(ids):
            found.append((("persons",), "同一人只需填写一次，可以勾选多个职务"))
        if CAPITAL & set(self.changes) and self.new_capital is not None:
            total = sum((p.contribution or Decimal(0) for p in self.persons), Decimal(0))
            if total != self.new_capital:
                said = "全体股东认缴出资额之和应当等于变更后的注册资本"
                found.append((("persons",), said))
        return found

    def _of_days(self, today: date) -> list[Fault]:
        found: list[Fault] = []
        for name in ("decided_on", "approved_on", "announced_on", "creditors_notified_on"):
            day = getattr(self, name)
            if day is not None and day > today:
                found.append(((name,), "这一天还没有到"))
        for name in ("announced_on", "creditors_notified_on"):
            day = getattr(self, name)
            if day is not None and day < self.decided_on:
                found.append(((name,), "不能早于作出减资决议之日"))
        if Change.CAPITAL_REDUCTION in self.changes and self.announced_on is not None:
            notice = deadline(find_clock("R09"), self.announced_on, default_calendars())
            if today <= notice.legal_end:
                first = notice.legal_end + ONE_DAY
                said = (
                    f"减少注册资本，应当在公告期（{notice.length}日）届满后申请：公告期到"
                    f"{notice.legal_end.isoformat()}为止，{first.isoformat()}起可以申请（实施细则第36条）"
                )
                found.append((("announced_on",), said))
        return found

    def case_facts(self) -> dict[str, Any]:
        """Parties by position: the identity number is looked up in the database when it is needed."""
        return {
            "uscc": self.uscc,
            "changes": [c.value for c in self.changes],
            "parties": [
                {
                    "party_id": f"p{n}",
                    "name": person.name,
                    "parts": [post.value for post in person.posts],
                    "signs": self.signs(person),
                }
                for n, person in enumerate(self.persons, start=1)
            ],
        }
