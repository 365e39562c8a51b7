"""What is wrong with a value, in words that say what to do. By pydantic's error type, never by its English text."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.i18n import gettext, mark
from api.problems import FieldError

MESSAGES: Final[dict[str, str]] = {
    "missing": mark("请填写这一项"),
    "extra_forbidden": mark("没有这个字段，请删除"),
    "string_too_short": mark("至少填写 %(min_length)s 个字符"),
    "string_too_long": mark("最多填写 %(max_length)s 个字符"),
    "string_type": mark("应当是文字"),
    "string_pattern_mismatch": mark("格式不正确，请按示例填写"),
    "bool_type": mark("应当是“是”或“否”"),
    "bool_parsing": mark("应当是“是”或“否”"),
    "int_type": mark("应当是整数"),
    "int_parsing": mark("应当是整数"),
    "int_from_float": mark("应当是整数"),
    "float_type": mark("应当是数字"),
    "float_parsing": mark("应当是数字"),
    "finite_number": mark("应当是数字"),
    "decimal_type": mark("应当是数字"),
    "decimal_parsing": mark("应当是数字"),
    "decimal_max_places": mark("最多 %(decimal_places)s 位小数"),
    "greater_than": mark("应当大于 %(gt)s"),
    "greater_than_equal": mark("不能小于 %(ge)s"),
    "less_than": mark("应当小于 %(lt)s"),
    "less_than_equal": mark("不能大于 %(le)s"),
    "too_short": mark("至少填写 %(min_length)s 项"),
    "too_long": mark("最多填写 %(max_length)s 项"),
    "list_type": mark("应当是列表"),
    "dict_type": mark("应当是一组字段"),
    "model_type": mark("应当是一组字段"),
    "model_attributes_type": mark("应当是一组字段"),
    "enum": mark("请从列出的选项中选择"),
    "literal_error": mark("请从列出的选项中选择"),
    "date_type": mark("日期应当写成 2026-09-28"),
    "date_parsing": mark("日期应当写成 2026-09-28"),
    "date_from_datetime_parsing": mark("日期应当写成 2026-09-28"),
    "datetime_type": mark("时间应当写成 2026-09-28T10:00:00+08:00"),
    "datetime_parsing": mark("时间应当写成 2026-09-28T10:00:00+08:00"),
    "datetime_from_date_parsing": mark("时间应当写成 2026-09-28T10:00:00+08:00"),
    "timezone_aware": mark("时间应当带时区，如 +08:00"),
    "uuid_type": mark("编号格式不正确"),
    "uuid_parsing": mark("编号格式不正确"),
    "url_parsing": mark("网址格式不正确"),
}
FALLBACK: Final = mark("格式不正确")

_SOURCES: Final = ("query", "path", "header", "cookie")


def message_of(error: Mapping[str, Any]) -> str:
    """The message of one pydantic error in the request's language.

    A validator of ours raises ValueError with a Chinese message: that message is shown as it is.
    """
    kind, context = str(error["type"]), error.get("ctx") or {}
    if kind in ("value_error", "assertion_error") and "error" in context:
        return gettext(str(context["error"]))
    if kind in ("too_short", "too_long") and isinstance(error.get("input"), str):
        # A text whose length is asked for behind a validator of ours counts characters, not entries.
        kind = f"string_{kind}"
    try:
        return gettext(MESSAGES.get(kind, FALLBACK)) % context
    except KeyError:
        return gettext(FALLBACK)


def pointer(parts: Sequence[object]) -> str:
    """A JSON Pointer (RFC 6901) from a path of names and indices."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def field_errors(errors: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    """Pydantic's errors as ours. The rejected input is left out: it may be anybody's personal data."""
    found = []
    for error in errors:
        source, *parts = error["loc"] or ("body",)
        if source in _SOURCES:
            name = ".".join(str(part) for part in parts)
            found.append(FieldError(message_of(error), parameter=name))
        else:
            found.append(FieldError(message_of(error), pointer=pointer(parts)))
    return found
