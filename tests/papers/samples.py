"""One sample of every paper, told as one case (law.md S20) and one food licence (S24, S45); by area in `samples_of_*`."""

from tests.papers import (
    samples_of_certificates,
    samples_of_decisions,
    samples_of_intake,
    samples_of_promises,
)
from tests.papers.sample_parts import ISSUED as ISSUED
from tests.papers.sample_parts import OFFICE as OFFICE

SAMPLES = {
    **samples_of_intake.SAMPLES,
    **samples_of_decisions.SAMPLES,
    **samples_of_certificates.SAMPLES,
    **samples_of_promises.SAMPLES,
}
