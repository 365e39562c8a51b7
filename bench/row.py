"""The catalogue row of the reference case."""

from law import catalogue

ROW = catalogue.Procedure.model_validate(
    {
        "procedure": "reference",
        "version": "1",
        "valid_from": "2026-01-01",
        "title": "基准办件",
        "title_en": "Reference case",
        "kind": "licence",
        "workflow": "reference",
        "application": "reference.application",
        "basis": "-",
        "numbering": {"word": "基"},
        "clocks": {"decision": "G02"},
        "sod": ["SOD-1"],
        "roles": {
            "acceptance": "acceptor",
            "review": "reviewer",
            "decision": "approver",
            "trouble": "window_head",
        },
        "materials": [],
        "gaps": [],
        "papers": {},
        "guide": {"lede": "-", "conditions": [], "basis": "-", "promised": "-", "result": "-"},
    }
)
