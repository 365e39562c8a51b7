"""What an opening (企业开办“一次办”) hands in for the applicant: the registration's application, and each part's.

Nobody types in anything twice; what a part asks for is named by its row (`law.startup_parts`).
"""

from typing import Any

from activities.context import CaseView
from activities.related_filing import filled_by
from domain.related import RelatedOrder
from forms.enterprise_startup_onestop import Application
from forms.establishment_registration import CompanyToRegister
from law.startup_parts import part_of


@filled_by("establishment_registration")
async def to_register(view: CaseView, order: RelatedOrder) -> dict[str, Any]:
    return view.form.model_dump(mode="json", include=set(CompanyToRegister.model_fields))


@filled_by("startup_part")
async def of_a_part(view: CaseView, order: RelatedOrder) -> dict[str, Any]:
    form = view.form
    assert isinstance(form, Application)
    fill = order.data["fill"]
    facts = form.model_dump(mode="json", include=set(part_of(fill["part"]).facts))
    return {**facts, **fill}
