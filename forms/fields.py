"""Shared field types with their labels, limits and messages."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, JsonValue, StringConstraints


def _no_controls(value: str) -> str:
    if any((ord(c) < 32 and c not in "\n\r\t") or 0xD800 <= ord(c) <= 0xDFFF for c in value):
        raise ValueError("含有不能使用的控制字符，请删除后重新填写")
    return value


Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(_no_controls)]
Text = Annotated[str, StringConstraints(max_length=4000), AfterValidator(_no_controls)]
Code = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_.#-]+$")]


def labelled(
    title: str, title_en: str, *, hint: str = "", widget: str = "", **more: JsonValue
) -> Any:
    """A Field with the label in both languages, a hint and the widget that draws it."""
    extra: dict[str, JsonValue] = {"title_en": title_en, "hint": hint, "widget": widget, **more}
    return Field(title=title, json_schema_extra={k: v for k, v in extra.items() if v})
