"""`banjian replay check`: would this release carry on the cases that are under way?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from temporalio.converter import DataConverter
    from temporalio.worker import Replayer

app = typer.Typer(no_args_is_help=True, add_completion=False)


def replayer_of(converter: "DataConverter", procedures: Sequence[type] = ()) -> "Replayer":
    """A replayer of this release's workflows in the worker's own sandbox.

    `procedures` stand beside the registered ones, and instead of those of the same name.
    """
    from temporalio.worker import Replayer
    from temporalio.workflow import _Definition

    from banjian.worker import runner
    from workflows.registry import PROCEDURES

    given = {_Definition.must_from_class(cls).name: cls for cls in procedures}
    chosen: dict[str | None, type] = {**PROCEDURES, **given}
    return Replayer(
        workflows=list(chosen.values()), workflow_runner=runner(), data_converter=converter
    )
