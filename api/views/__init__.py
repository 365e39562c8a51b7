"""View models: what a page and the REST representation of the same thing both say. SQL only, no engine."""
