"""Sixty days of a thousand mixed cases in skipped time, and what must hold of them: ``python -m tests.simulate.sixty``."""
