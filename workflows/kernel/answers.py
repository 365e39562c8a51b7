"""What an act brings, read as a form: a refusal names every wrong field in words for people."""

from typing import Any, TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel, ValidationError

    from domain.refusals import Refusal, Refused
    from forms.base import HANDED_IN

M = TypeVar("M", bound=BaseModel)


def read(form: type[M], data: dict[str, Any]) -> M:
    """The form as it is handed in. Raises Refused (invalid_answers) with a message for each field that is wrong."""
    try:
        return form.model_validate(data, context=HANDED_IN)
    except ValidationError as error:
        raise Refused(
            Refusal.INVALID_ANSWERS,
            errors={
                "/" + "/".join(map(str, e["loc"])): e["msg"].removeprefix("Value error, ")
                for e in error.errors()
            },
        ) from error


def wrong(field: str, told: str) -> Refused:
    """The refusal of one field, told at the field and as a whole."""
    return Refused(Refusal.INVALID_ANSWERS, told, {f"/{field}": told})
