"""The draw as an outsider writes it from docs/reference/random-draw.md: exact fractions, and no code of ours."""

import hashlib
import re
from fractions import Fraction
from typing import Any


def sha(text: str) -> str:
    return hashlib.new("sha256", bytes(text, "utf-8")).hexdigest()


def repeat(paper: dict[str, Any]) -> dict[str, Any]:
    """The digests and lists that the document must show."""
    rows = ["\t".join(["draw", str(paper["number"]), str(paper["per_target"])])]
    for t in paper["targets"]:
        rows.append("\t".join(["target", t["code"], t["name"], str(t["weight"])]))
    for e in paper["excluded"]:
        rows.append("\t".join(["excluded", e["code"], e["reason"]]))
    for name in paper["inspectors"]:
        rows.append("\t".join(["inspector", name]))
    for r in paper["recusals"]:
        rows.append("\t".join(["recusal", r["inspector"], r["code"], r["reason"]]))
    rule = paper.get("value_rule")
    if rule:
        named = [rule["source"], rule["issue"], rule["day"], str(rule["digits"])]
        rows.append("\t".join(["value", *named]))
    rows.sort(key=lambda row: row.encode())
    lists = sha("\n".join(rows) + "\n")
    value = paper["public_value"]["value"]
    if rule:
        value = re.sub("[^0-9]", "", value)
        assert len(value) == rule["digits"]
    version = "2" if rule else "1"
    seed = sha(f"banjian-draw-{version}\n{paper['plan']}\n{lists}\n{value}\n")

    gone = [e["code"] for e in paper["excluded"]]
    left = [t for t in paper["targets"] if t["code"] not in gone]

    def chance(t: dict[str, Any]) -> Fraction:
        # u ** (12 / weight): 12 is a multiple of every weight, so that the power is whole.
        n = int(sha(f"{seed}\ntarget\n{t['code']}\n"), 16)
        power: int = 12 // t["weight"]
        return Fraction((n + 1) ** power, 2 ** (256 * power))

    left.sort(key=chance, reverse=True)
    busy: dict[str, int] = {}
    result = []
    for t in left:
        away = {r["inspector"] for r in paper["recusals"] if r["code"] == t["code"]}
        free = []
        for name in paper["inspectors"]:
            if name not in away:
                mark = sha(f"{seed}\ninspector\n{t['code']}\n{name}\n")
                free.append((busy.get(name, 0), mark, name))
        team = [name for _load, _mark, name in sorted(free)][: paper["per_target"]]
        for name in team:
            busy[name] = busy.get(name, 0) + 1
        result.append({"code": t["code"], "inspectors": team})
    cut = paper["number"]
    return {
        "lists_sha256": lists,
        "seed_sha256": seed,
        "drawn": result[:cut],
        "reserves": result[cut:],
    }
