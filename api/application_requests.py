"""What REST takes for applications."""

from typing import Annotated

from fastapi import Header
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api.problems import Problem

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=40, description="The ETag that was read", examples=['"3"']),
]
FORM_EXAMPLE = {"name": "随州市曾都区青禾食品有限公司", "capital": "1000000"}


class NewApplication(BaseModel):
    """Which item, and what is known already."""

    model_config = ConfigDict(extra="forbid")

    procedure: Annotated[str, Field(max_length=64, examples=["establishment_registration"])]
    form: Annotated[dict[str, JsonValue], Field(max_length=200)] = {}


class ApplicationPatch(BaseModel):
    """JSON Merge Patch of the form: null removes an answer."""

    model_config = ConfigDict(extra="forbid")

    form: Annotated[dict[str, JsonValue], Field(max_length=200)]


class Submission(BaseModel):
    """The declarations that go with handing in."""

    model_config = ConfigDict(extra="forbid")

    declaration: Annotated[
        bool, Field(description="以上内容和材料真实、合法、有效（条例第17条）")
    ] = False
    force_incomplete: Annotated[
        bool,
        Field(description="仍然提交，由窗口一次性告知：hand in although required materials miss"),
    ] = False


class NewSubmission(NewApplication, Submission):
    """A whole application in one call: the item, its form, the declarations."""


def version_of(if_match: str | None) -> int | None:
    """The version that a conditional request names; None for `*`.

    Raises:
        Problem: precondition_required, stale (a tag that is none of ours).
    """
    if if_match is None:
        raise Problem("precondition_required")
    tag = if_match.strip()
    if tag == "*":
        return None
    digits = tag[1:-1]
    quoted = tag.startswith('"') and tag.endswith('"') and len(tag) > 2
    # A weak or foreign tag names no version of ours: 0 is never the newest.
    return int(digits) if quoted and digits.isascii() and digits.isdecimal() else 0
