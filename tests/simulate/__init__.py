"""Random periods, asked of ``law/`` and of the oracle: ``python -m tests.simulate``."""
