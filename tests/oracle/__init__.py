"""A second author's reading of the law on periods, kept apart from ``law/`` on purpose.

Nothing in this package imports ``law``. ``tests.simulate`` asks both and reports where they
differ; README.md in this folder lists every place where the law text had to be read.
"""
