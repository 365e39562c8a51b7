"""YAML for committed data: safe types only, a key given twice is an error."""

from pathlib import Path
from typing import Any

import yaml

# The C parser where the wheel carries it: the files are read at every start.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class DuplicateKey(ValueError):
    """A mapping names a key twice; YAML would silently keep the last."""


_MERGE = "tag:yaml.org,2002:merge"


class _StrictLoader(_Base):  # type: ignore[misc]  # the base is chosen at run time
    pass


def _mapping(loader: Any, node: Any) -> dict[Any, Any]:
    written = [loader.construct_object(key) for key, _ in node.value if key.tag != _MERGE]
    if len(set(written)) != len(written):
        raise DuplicateKey(f"{node.start_mark}: 键重复")
    # What `<<` takes over comes first: a key written here has its own value.
    loader.flatten_mapping(node)
    return dict(loader.construct_pairs(node, deep=True))


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load_yaml(path: Path) -> dict[str, Any]:
    """The file's mapping; raises DuplicateKey or a YAML error."""
    data = yaml.load(path.read_text("utf-8"), Loader=_StrictLoader)  # noqa: S506  # safe subclass
    if not isinstance(data, dict):
        raise ValueError(f"{path.name}: 顶层应为映射")
    return data
