"""The archive package proves itself, also to standard tools and by the command."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from typer.testing import CliRunner

from activities.archive import PackageEvent, PackageFile, PackageRefused, build_package, portable
from activities.archive_check import check_package
from activities.seals import LocalSeals
from banjian.commands.archive import app
from tests.papers.packages import chained, delete_tail, repack, story, unpack
from tests.papers.samples import ISSUED, OFFICE


async def test_a_good_package_holds_in_every_item(package: bytes, seals: LocalSeals) -> None:
    report = await check_package(package, (seals.root,))
    assert report.ok, [item for item in report.items if not item.ok]
    assert (report.events, report.files, report.signer) == (6, 4, OFFICE)
    assert report.root_known
    assert {item.property for item in report.items} == {"真实性", "完整性", "可用性", "安全性"}
    assert len({item.id for item in report.items}) == len(report.items) >= 17


def test_the_same_case_gives_the_same_package(seals: LocalSeals, files: list[PackageFile]) -> None:
    events = chained(2)
    once = build_package(story(), events, files, signer=seals, archived_at=ISSUED)
    assert once == build_package(story(), events, files, signer=seals, archived_at=ISSUED)


async def test_the_case_can_be_told_from_the_package_alone(package: bytes) -> None:
    bag = unpack(package)
    metadata = json.loads(bag["data/metadata.json"])
    assert metadata["case"] == story()
    assert [f["path"] for f in metadata["files"]][2] == "data/materials/003-身份证_正面.png"
    told = [json.loads(line) for line in bag["data/events.jsonl"].splitlines()]
    assert [json.loads(event["details"])["n"] for event in told] == [1, 2, 3, 4, 5, 6]
    assert "<题名>随州市曾都区䶮辉商贸有限公司设立登记</题名>" in bag["data/metadata.xml"].decode()


def test_standard_tools_verify_it(package: bytes, tmp_path: Path) -> None:
    bag = unpack(package)
    for path, content in bag.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "--quiet", "-c", name], cwd=tmp_path, check=True)
    [own, *_] = x509.load_pem_x509_certificates(bag["signature/chain.pem"])
    (tmp_path / "own.pem").write_bytes(
        own.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    verified = subprocess.run(
        [
            *("openssl", "dgst", "-sha256", "-verify", "own.pem"),
            *("-signature", "signature/tagmanifest.sig", "tagmanifest-sha256.txt"),
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    assert b"Verified OK" in verified.stdout


def test_a_broken_record_is_not_packed(seals: LocalSeals, files: list[PackageFile]) -> None:
    events = chained(4)
    wrong_details = PackageEvent(events[1].canonical, events[1].hash, b"{}", events[1].salt)
    for broken in (events[1:], [events[0], events[2]], [events[0], wrong_details], []):
        with pytest.raises(PackageRefused):
            build_package(story(), broken, files, signer=seals, archived_at=ISSUED)
    incomplete = {**story(), "retention": ""}
    with pytest.raises(PackageRefused, match="retention"):
        build_package(incomplete, events, files, signer=seals, archived_at=ISSUED)
    with pytest.raises(PackageRefused):
        build_package(story(), events, [], signer=seals, archived_at=ISSUED)


def test_names_inside_are_portable() -> None:
    assert portable("../../a b.pdf") == "_.._a b.pdf"
    assert portable("名" * 90 + ".pdf").endswith(".pdf")
    assert len(portable("名" * 90 + ".pdf").encode()) <= 120
    assert portable("...") == "file"


# -- the command ------------------------------------------------------------------------------------


def test_the_command_says_what_it_found(package: bytes, seals: LocalSeals, tmp_path: Path) -> None:
    good, bad, root = tmp_path / "good.zip", tmp_path / "bad.zip", tmp_path / "root.pem"
    good.write_bytes(package)
    bag = unpack(package)
    delete_tail(bag)
    bad.write_bytes(repack(bag))
    root.write_bytes(seals.root.public_bytes(serialization.Encoding.PEM))
    run = CliRunner().invoke
    told = run(app, ["check", str(good), "--json", "--trust", str(root)])
    assert told.exit_code == 0, told.output
    document = json.loads(told.stdout)
    assert document["ok"]
    assert document["packages"][0]["sha256"] == hashlib.sha256(package).hexdigest()
    found = run(app, ["check", str(good), str(bad), "--json"])
    assert found.exit_code == 6
    assert [p["ok"] for p in json.loads(found.stdout)["packages"]] == [True, False]
    assert "四性检测未通过" in run(app, ["check", str(bad)]).output
    assert "根证书指纹" in run(app, ["check", str(good)]).output
    assert run(app, ["check", str(tmp_path / "none.zip")]).exit_code == 3
    assert run(app, ["check", str(good), "--trust", str(good)]).exit_code == 2
