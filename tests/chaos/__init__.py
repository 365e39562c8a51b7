"""The whole stack under `kill -9`: random kills, crash points, mutants; see docs/how-to/run-chaos.md."""
