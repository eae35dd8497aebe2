"""What the documents name exists, and what they state comes from benchmarks/results."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)(?:::([\w.]+))?`", (ROOT / "docs" / "papers.md").read_text())))


@pytest.mark.parametrize(("file", "symbol"), NAMED)
def test_papers_names_code_that_exists(file: str, symbol: str) -> None:
    tree: ast.AST = ast.parse((ROOT / file).read_text())
    for name in filter(None, symbol.split(".")):
        named = [node for node in ast.iter_child_nodes(tree) if name in _names(node)]
        assert named, f"{file} has no {symbol}"
        tree = named[0]


def _names(node: ast.AST) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    return set()


def test_readme_figures_are_those_of_the_results() -> None:
    from benchmarks.tables import replaced

    readme = (ROOT / "README.md").read_text()
    assert replaced(readme) == readme, "run `python -m benchmarks.tables`"


def test_findings_are_written_from_the_results() -> None:
    from benchmarks.findings import FINDINGS, findings

    assert findings() == FINDINGS.read_text(), "run `python -m benchmarks.findings`"
