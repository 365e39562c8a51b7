"""Every choice on an officer's page is in words: a code is for the API alone."""

import pytest

from api.views.decisions import fields
from forms.base import TaskForm
from forms.registry import TASK_FORMS


@pytest.mark.parametrize("form", TASK_FORMS.values(), ids=lambda form: form.code)
def test_no_choice_is_shown_by_its_code(form: type[TaskForm]) -> None:
    bare = [
        f"{field.name}: {option.value}"
        for field in fields(form, {}, {})
        for option in field.options
        if option.text == option.value
    ]
    assert bare == []
