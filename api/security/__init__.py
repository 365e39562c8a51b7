"""Who is asking, and may they: accounts, sessions, form tokens, limits, headers.

Routes declare their access with the types of `api.security.current`; `api.security.setup.install` wires the rest.
"""
