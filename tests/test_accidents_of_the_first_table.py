"""Accidents that were opened under the first table go on by it (docs/adr/0004): no stage is added under a case, but nothing is closed early."""

from pathlib import Path

import pytest

from banjian.player.story import load, play
from tests import stories
from workflows.se_accident_report import TABLE, SeAccidentReport

# Q13: 2026-10-02 + 30 days = 11-01.
STORY = """
scenario: an accident of the first table waits for the end of its supplements in the stage it has
calendars: [2026]
world:
  enterprises: [{uscc: 91421303MA0QH1006C, name: 随州市曾都区红光商贸有限公司}]
data:
  report: &report
    reported_by: unit
    reporter: 王经理
    told_at: 2026-10-02T10:00
    head_knew_at: 2026-10-02T09:45
    uscc: 91421303MA0QH1006C
    name: 随州市曾都区红光商贸有限公司
    happened_at: 2026-10-02T09:40
    place: 白云大道物流园
    equipment: crane
    course: 门式起重机主梁断裂，货物坠落
    happenings: [crane_broken]
    injuries: 3
  done: &done {task: se_accident_report.follow_up, outcome: done, officers: [王海, 冯丽], record: 起重机已拆除}
steps:
  - {at: 2026-10-02T10:05:00+08:00, by: inspector, do: propose, procedure: se_accident_report, with: *report}
  - {at: 2026-10-02T10:20:00+08:00, by: inspector, do: complete, with: {task: se_accident_report.verification, finding: accident, record: 到场核实}, expect: {stage: verified}}
  - {at: 2026-10-02T10:29:00+08:00, by: section_head, do: complete, with: {task: se_accident_report.upward, decision: duplicate, reasons: 同一事故已经接报, no_interest: true}, expect: {refused: invalid_answers}}
  - {at: 2026-10-02T10:30:00+08:00, by: section_head, do: complete, with: {task: se_accident_report.upward, decision: report, no_interest: true}, expect: {stage: escalated}}
  - {at: 2026-10-02T11:00:00+08:00, by: inspector, do: complete, with: {task: se_accident_report.scene, officers: [王海, 冯丽], secured_at: 2026-10-02T10:50, record: 设警戒，封存起重机}, expect: {stage: scene_secured}}
  - {at: 2026-10-03T09:00:00+08:00, by: section_head, do: complete, with: {task: se_accident_report.hand_over, materials: 接报记录、现场记录, no_interest: true}, expect: {stage: handed_over}}
  - {at: 2026-10-09T09:00:00+08:00, by: inspector, do: complete, with: {task: se_accident_report.investigation, outcome: received, document: 随政函〔2026〕20号, received_on: 2026-10-09, record: 主梁焊缝缺陷}, expect: {stage: report_received}}
  - {at: 2026-10-10T09:00:00+08:00, by: section_head, do: complete, with: {task: se_accident_report.penalty, decision: none, reasons: 由市局处罚, no_interest: true}, expect: {stage: rectification_followed}}
  - {at: 2026-10-12T09:00:00+08:00, by: inspector, do: complete, with: *done, expect: {refused: invalid_answers, stage: rectification_followed}}
  # The case has no way back; the head reads that another level is competent.
  - {at: 2026-10-20T09:00:00+08:00, by: inspector, do: supplement_accident, with: {change: 三名重伤人员死亡, deaths: 3, injuries: 0}, expect: {stage: rectification_followed, facts: {accident_investigator: bad}, messages: [{kind: accident_class_raised, to: section_head}]}}
  - {at: 2026-11-02T00:00:00+08:00, by: inspector, do: complete, with: *done, expect: {stage: archived}}
"""


@pytest.fixture
def _opened_by_the_first_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SeAccidentReport, "tables", {"1": TABLE})


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("_opened_by_the_first_table")
async def test_it_is_not_closed_before_the_thirty_days_are_over(
    fresh_database: str, tmp_path: Path
) -> None:
    story = tmp_path / "first_table.yaml"
    story.write_text(STORY, "utf-8")
    played = await play(load(story), fresh_database)
    assert played.ok, "\n".join([*played.lines, *played.failures])


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("_opened_by_the_first_table")
async def test_the_lift_of_the_law_goes_its_way_as_before(fresh_database: str) -> None:
    [path] = [p for p in stories.FILES if stories.name_of(p) == "se_accident_report/s35_lift"]
    played = await play(load(path), fresh_database)
    assert played.ok, "\n".join([*played.lines, *played.failures])
