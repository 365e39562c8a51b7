"""How a process of ours that may not start says why: one line on stderr and a status, no traceback."""

import contextlib
import gc
import sys
from collections.abc import Iterator

from pydantic import ValidationError

from banjian.secret_files import SecretsError
from banjian.settings import UnfitForProduction
from storage.schema import WrongSchema

ERROR, INVALID = 1, 5


class EngineAway(RuntimeError):
    """The cluster does not answer, or not to us; the message says why.

    It stands here and not with the link: migrations and the twins need no engine's client, a second of import.
    """


@contextlib.contextmanager
def refusals_said() -> Iterator[None]:
    """Around the whole of a process: settings, secrets or a database that it must not start with."""
    try:
        yield
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            name = ".".join(map(str, problem["loc"])).upper()
            print(f"✗ 设置 {name or '（相互之间）'} 无效：{problem['msg']}", file=sys.stderr)
        sys.exit(INVALID)
    except (UnfitForProduction, SecretsError, WrongSchema, EngineAway) as error:
        print(f"✗ {error}", file=sys.stderr)
        sys.exit(ERROR)


def built() -> None:
    """What stands when a process is ready stays until its end: the collector need not walk it again.

    Tables, forms, models and compiled statements are some hundred thousand objects. Every full collection
    would look at each of them, in the middle of somebody's request.
    """
    gc.collect()
    gc.freeze()
