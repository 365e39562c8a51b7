"""The programs of an installation: what is started, from the command line or by the supervisor."""

import gc

# Before anything else of the process is imported. Modules, models, tables and forms are some hundred thousand
# objects that all stay; at Python's 700 the collector walks them again and again while they are being built,
# a fifth of the time of every start. Garbage of a running process is found all the same, in larger portions.
gc.set_threshold(20_000, 10, 10)
