"""The stages from the dissolution to the tax clearance (解散、清算、清税): law.md §2.8.

Each stage waits for the step that leads out of it (`law.liquidation`); what is public goes to the register of publicity as
it happens, and stands on our own board from the act on; the announcement to creditors stands there from its publication on.
"""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from law.liquidation import STAGE_AFTER, Step
    from law.zone import civil_date

from workflows.liquidation_steps import BANKRUPTCY, LiquidationSteps

# More than a case has notices.
NOTICES = 100


class Liquidation(LiquidationSteps):
    """Steps of the procedure's stages."""

    # -- the stages ------------------------------------------------------------------------------------

    async def liquidate(self) -> str:
        """Until the step that the stage waits for was taken; what is public goes to the register of publicity."""
        step = self._awaited()
        if step is Step.ASK_TAX:
            return await self.clear_tax()
        spared = step is Step.ANNOUNCE
        while True:
            await self.wait(
                lambda: (
                    self.to_announce or step in self.done or (spared and self.announcement_spared)
                )
            )
            if not self.to_announce or spared:
                break
            # Stated before its turn: creditors are told at once all the same.
            await self._announce()
        if step not in self.done:
            return "claims_open"
        if step in (Step.PUBLISH_CAUSE, Step.PUBLISH_GROUP):
            await self._publish(step)
        return STAGE_AFTER[step]

    def _awaited(self) -> Step:
        """The step after the one that led to this stage."""
        stage, steps = self.state.stage, self.way.steps
        if stage == "claims_open":
            return Step.SETTLE_ASSETS
        led = [n for n, step in enumerate(steps, 1) if STAGE_AFTER[step] == stage]
        return steps[led[0] if led else 0]

    async def announce(self) -> str:
        """The announcement to creditors: it is made when the register of publicity has published it."""
        if self.to_announce:
            await self._announce()
        return "claims_open"

    async def _announce(self) -> None:
        """Published with its days; from that instant on creditors may claim (D14), and it stands on our board."""
        kind, title, lines = self.public_text(Step.ANNOUNCE)
        told: dict[str, Any] = {"notice": kind, "title": title, "lines": lines}
        if self.way.announced:
            published = await self.publish_with_days(
                "announce_creditors", self.way.announced, **told
            )
            number, clock = published.number, published.clock
            self.kept["claim_clocks"].append(clock)
        else:
            since = civil_date(self.now()).isoformat()
            done = await self.until_done("announce_creditors", since=since, **told)
            number, clock = str(done.answer["publication_number"]), None
        self.kept.setdefault("publications", {})[Step.ANNOUNCE] = number
        self.put_on_board(Step.ANNOUNCE, clock, takes="claim")
        self.show_liquidation()

    async def _publish(self, step: Step) -> None:
        notice = self.notice(self.kept["notices"][step])
        seq = notice.seq
        self.owed.add("publish_liquidation")
        while True:
            published = await self.call(
                "publish_liquidation",
                seq=seq,
                notice=notice.kind,
                title=notice.title,
                lines=notice.lines,
                since=civil_date(notice.starts_at).isoformat(),
            )
            if not await self.to_be_tried_again(published, once_passed_over=notice.seq):
                break
            # Beyond the numbers of the notices, each of which has tries of its own.
            seq += NOTICES
        if published.state == "done":
            numbers = self.kept.setdefault("publications", {})
            numbers[step] = published.answer["publication_number"]

    async def clear_tax(self) -> str:
        """清税证明 (实施细则 46): the tax register says it; asked again whenever the representative wants."""
        while True:
            seq = int(self.kept.get("tax_asked", 0)) + 1
            self.kept.update(tax_asked=seq, tax_waits=False, tax_wanted=False)
            asked = await self.call("tax_clearance", seq=seq)
            if asked.state == "done":
                self.kept["tax"] = dict(asked.answer)
            cleared = asked.state == "done" and bool(asked.answer["cleared"])
            self.kept["tax_waits"] = not cleared
            self.show_liquidation()
            if not cleared:
                self.tell("applicant", "tax_not_cleared")
            self.record("tax_asked", data={"cleared": cleared})
            if cleared:
                return STAGE_AFTER[Step.ASK_TAX]
            await self.wait(lambda: bool(self.kept["tax_wanted"]))

    # -- an end without a deregistration -----------------------------------------------------------------

    async def asides_done(self) -> None:
        """Before the case closes: why it ended is told, and what was published of an end that does not come, taken back."""
        end = self.state.memo.get("liquidation", {}).get("end")
        if end and not end.get("told") and self.table.stage(self.state.stage).final:
            end["told"] = True
            if end["article"]:
                await self.serve("ended", reason=end["reason"], article=end["article"])
            if self.state.stage != BANKRUPTCY:
                await self._take_back(end["reason"])
        await super().asides_done()

    async def _take_back(self, reason: str) -> None:
        published = list(self.kept.get("publications", {}).values())
        for number in published:
            await self.withdraw_published(number, reason)
