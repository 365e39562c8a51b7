"""Twins: a service of its own that behaves like the outside registers, with real rules and faults to order."""
