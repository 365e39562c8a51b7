"""An application that its owner may hand in again, corrected: a new version of the same case."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Command
    from domain.refusals import Refusal, Refused

from workflows.kernel.case import CaseWorkflow


class Filing(CaseWorkflow):
    """The act `resubmit`; a procedure's table says in which stages it is taken."""

    def check_resubmit(self, command: Command) -> None:
        self.check_owner(command)
        if command.data.get("digest") == self.state.versions[-1].digest:
            raise Refused(Refusal.UNCHANGED_FILE)

    def apply_resubmit(self, command: Command) -> None:
        version = self.add_version(command)
        self.resubmitted(command)
        self.record(
            "resubmitted",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={"version": version.version, "digest": version.digest},
        )

    def resubmitted(self, command: Command) -> None:
        """The title may have changed with the form; parties too."""
        self.state.title = str(command.data.get("title", self.state.title))
        self.change(title=self.state.title)
        self.opened(command)
