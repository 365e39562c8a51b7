"""Papers as PDF/A: a model of `forms.papers`, a Typst template, the same bytes for the same input.

The fonts come from a wheel (Noto Sans CJK, variable, with the rare characters of names); an
installation that holds a licence for 仿宋 or 小标宋 puts the files in a folder and names the
families in its settings (`configure`).
"""

import io
import json
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import manimgx_fonts_cjk
import segno
from pydantic import ValidationError

from forms.papers.base import Paper
from forms.papers.model import PAPERS

if TYPE_CHECKING:
    import typst

STANDARD: Final[Literal["a-2a", "a-2b"]] = "a-2a"
"""PDF/A-2 level a: archivable, tagged, every character with its Unicode value."""

MEDIA_TYPE: Final = "application/pdf"
_TEMPLATES: Final = Path(str(files("forms.papers")))
_DEFAULT_FAMILY: Final = "Noto Sans CJK SC"


class PaperRefused(ValueError):
    """The paper cannot be made from this data; says which fields, in words for the desk."""


class _Fonts:
    """The fonts of the process: read once (20 MB), shared by all renderings."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folders: tuple[str, ...] = ()
        self.families: tuple[str, ...] = (_DEFAULT_FAMILY,)
        self._loaded: typst.Fonts | None = None

    def configure(self, folders: Sequence[Path], families: Sequence[str]) -> None:
        with self._lock:
            self._folders = tuple(str(folder) for folder in folders)
            self.families = (*families, _DEFAULT_FAMILY)
            self._loaded = None

    def get(self) -> "typst.Fonts":
        """The fonts, found once."""
        import typst

        with self._lock:
            if self._loaded is None:
                wheel = str(Path(manimgx_fonts_cjk.__file__).parent)
                self._loaded = typst.Fonts(
                    include_system_fonts=False,
                    include_embedded_fonts=False,
                    font_paths=[*self._folders, wheel],
                )
            return self._loaded


_fonts = _Fonts()


def configure(folders: Sequence[Path] = (), families: Sequence[str] = ()) -> None:
    """Set the office's own font folders and the families to prefer; at start-up, before rendering."""
    _fonts.configure(folders, families)
    seal_picture.cache_clear()


def warm() -> None:
    """Read the fonts now rather than in the first case."""
    seal_picture("办件", "测试印章")


def paper(kind: str, data: Mapping[str, Any]) -> Paper:
    """The validated paper.

    Raises:
        PaperRefused: unknown kind, missing or unknown fields, characters no paper can show.
    """
    model = PAPERS.get(kind)
    if model is None:
        raise PaperRefused(f"没有名为 {kind} 的文书")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        # The values may be personal data: name the fields only.
        fields = sorted({".".join(map(str, item["loc"])) or "整体" for item in error.errors()})
        raise PaperRefused(
            f"{model.title}不能生成，以下内容缺少或不合要求：{'、'.join(fields)}"
        ) from None


def render(kind: str, data: Mapping[str, Any] | Paper, *, timestamp: datetime) -> bytes:
    """The paper as PDF/A-2a, tagged, zh-CN, without a seal (see `activities.seals`).

    Args:
        kind: a key of `forms.papers.model.PAPERS`.
        data: the fields of its model, or the model.
        timestamp: the instant of issue in the case; it becomes the file's creation date, so that a
            retry makes the same bytes.

    Raises:
        PaperRefused: see `paper`; or a character that the fonts do not hold.
    """
    document = data if isinstance(data, Paper) else paper(kind, data)
    if document.kind != kind:
        raise PaperRefused(f"数据属于 {document.kind}，不是 {kind}")
    if timestamp.tzinfo is None:
        raise ValueError("timestamp needs its zone")
    view = document.view()
    view["qr"] = qr_svg(document.verify_url)
    view["fonts"] = list(_fonts.families)
    return _compile(document.template, view, int(timestamp.timestamp()), STANDARD)


@lru_cache(maxsize=64)
def seal_picture(office: str, legend: str) -> bytes:
    """The office's seal as a one-page PDF, 42 mm square, transparent around it."""
    view = {"office": office, "legend": legend, "fonts": list(_fonts.families)}
    return _compile("seal.typ", view, 0, "a-2b")


def qr_svg(url: str) -> str:
    """The verification address as QR, level M, with the quiet zone the reader needs."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False)
    return out.getvalue().decode()


def _compile(
    template: str, view: Mapping[str, Any], timestamp: int, standard: Literal["a-2a", "a-2b"]
) -> bytes:
    # Imported where it is used: every process of the product imports this module, one makes papers.
    import typst

    try:
        return bytes(
            typst.compile(
                str(_TEMPLATES / template),
                root=str(_TEMPLATES),
                font_paths=_fonts.get(),
                sys_inputs={"d": json.dumps(view, ensure_ascii=False, sort_keys=True)},
                pdf_standards=standard,
                timestamp=timestamp,
            )
        )
    except typst.TypstError as error:
        raise PaperRefused(f"文书不能排版：{error}") from error
