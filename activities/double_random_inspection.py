"""The draw of a plan (双随机抽取) from its lists, the application of each check, and the record of the draw."""

import hashlib
from functools import lru_cache
from typing import Any, Final

from activities.context import CaseView
from activities.paper_fields import Fields
from activities.paperwork import paper
from activities.register_calls import inquiry
from activities.related_filing import filled_by
from domain.contracts import PaperOrder, RegisterCall
from domain.public_value import origin
from domain.random_draw import ORDINARY, Draw, draw
from domain.related import RelatedOrder
from forms.double_random_draw import PublicValue, draw_file
from forms.double_random_inspection import Application

STEM: Final = "double_random_inspection"
METHOD: Final = "抽取方法由本局规定（待核）；任何人可以用抽取文件重新抽取核对。"


def plan(view: CaseView) -> Application:
    assert isinstance(view.form, Application)
    return view.form


def number_of(view: CaseView) -> str:
    """The plan's number as it is drawn with: the receipt's, which never changes."""
    return str(view.case.receipt_no)


def drawn(number: str, value: str, form: Application) -> Draw:
    """The draw of the plan. Of 500 targets it takes a sixth of a second, and each of 500 checks asks for it."""
    return _drawn(number, value, form.model_dump_json())


@lru_cache(maxsize=8)
def _drawn(number: str, value: str, answers: str) -> Draw:
    return draw(number, value, Application.model_validate_json(answers).lists())


@inquiry("random_draw")
async def random_draw(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """args: the fields of `PublicValue`. The order of all targets that can be drawn, and the digests; no register is asked."""
    said = PublicValue.model_validate(order.args)
    form, number = plan(view), number_of(view)
    made = drawn(number, said.value, form)
    return {
        "order": [a.code for a in (*made.drawn, *made.reserves)],
        "lists_sha256": made.lists_sha256,
        "seed_sha256": made.seed_sha256,
        "sha256": hashlib.sha256(draw_file(number, form, said)).hexdigest(),
    }


@filled_by("double_random_check")
async def of_a_check(view: CaseView, order: RelatedOrder) -> dict[str, Any]:
    """One drawn target with its officers; the draw is made again, so that a payload need not carry it."""
    form, fill = plan(view), order.data["fill"]
    made = drawn(fill["plan"], fill["value"], form)
    place = next(a for a in (*made.drawn, *made.reserves) if a.code == fill["code"])
    target = form.target(place.code)
    return {
        "uscc": target.code,
        "name": target.name,
        "key_unit": target.weight != ORDINARY,
        "scope": form.scope.value,
        "plan": fill["plan"],
        "plan_name": form.name,
        "matters": form.matters,
        "basis": form.basis,
        "starts_on": form.starts_on.isoformat(),
        "ends_on": form.ends_on.isoformat(),
        "inspectors": list(place.inspectors),
        "reserves": list(place.reserves),
        "recused": [r.inspector for r in form.lists().recusals if r.code == place.code],
    }


@paper("draw_record", STEM)
async def draw_record(view: CaseView, order: PaperOrder) -> Fields:
    form, said = plan(view), order.data["draw"]
    lists = form.lists()
    made = drawn(number_of(view), said["value"], form)
    names = {t.code: t.name for t in lists.targets}
    later = said.get("reason")
    return "office_letter", {
        "name": view.row.papers["draw_record"],
        "recipient": view.office.name,
        "paragraphs": [
            f"抽查计划“{form.name}”的名单在立项时固定。此后公布的数值产生了下列抽取结果。" + METHOD
        ],
        "entries": [
            {"label": "公开数值", "value": said["value"]},
            {"label": "数值出处", "value": origin(said)},
            *([{"label": "晚于计划日期的理由", "value": later}] if later else []),
            *(
                {"label": "更正以前录入的数值", "value": f"{r['value']}（{r['reasons']}）"}
                for r in said.get("returned", ())
            ),
            {"label": "名单摘要", "value": said["lists_sha256"]},
            {"label": "种子", "value": said["seed_sha256"]},
            {"label": "抽取文件摘要", "value": said["sha256"]},
            *(
                {
                    "label": f"第 {place} 个",
                    "value": f"{names[a.code]}（{a.code}）；检查人员：{'、'.join(a.inspectors)}",
                }
                for place, a in enumerate(made.drawn, 1)
            ),
        ],
        "basis": view.row.basis,
    }
