"""One sealed archive package for everything that takes it apart."""

import io

import pytest
import pytest_asyncio
from PIL import Image

from activities.archive import PackageFile, build_package
from activities.papers import render
from activities.seals import LocalSeals
from tests.papers.packages import chained, story
from tests.papers.samples import ISSUED, OFFICE, SAMPLES


@pytest.fixture(scope="package")
def seals(tmp_path_factory: pytest.TempPathFactory) -> LocalSeals:
    return LocalSeals(tmp_path_factory.mktemp("secrets"), OFFICE)


@pytest_asyncio.fixture(scope="package")
async def files(seals: LocalSeals) -> list[PackageFile]:
    papers = []
    for kind in ("acceptance", "business_licence"):
        pdf = await seals.seal(render(kind, SAMPLES[kind], timestamp=ISSUED), signed_at=ISSUED)
        meta = {"number": SAMPLES[kind]["number"], "responsible": OFFICE, "date": "2026-09-23"}
        papers.append(PackageFile(f"{kind}.pdf", pdf, "application/pdf", "paper", True, meta))
    picture = io.BytesIO()
    Image.new("RGB", (30, 20), "white").save(picture, "PNG")
    plain = render("archive_catalogue", SAMPLES["archive_catalogue"], timestamp=ISSUED)
    return [
        *papers,
        PackageFile("身份证/正面.png", picture.getvalue(), "image/png"),
        PackageFile("章程.pdf", plain, "application/pdf"),
    ]


@pytest.fixture(scope="package")
def package(seals: LocalSeals, files: list[PackageFile]) -> bytes:
    return build_package(story(), chained(6), files, signer=seals, archived_at=ISSUED)
