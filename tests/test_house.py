"""The house's rules that no linter knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "safarichat"
NOUNS = ("accounts", "numbers", "endpoints", "contacts", "message_templates", "media", "messaging", "inbox")
MAX_LINES = 400

FILES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
FRONTEND = [
    path
    for path in sorted((ROOT / "frontend").rglob("*"))
    if path.suffix in (".ts", ".scss", ".mjs") and "node_modules" not in path.parts
]
TEMPLATES = sorted(SOURCE.rglob("*.html"))

# Where the database is used: the nouns, the ground, and the benchmarks, which arrange rows and count them as tests do.
WITH_DATABASE = (*NOUNS, "ground", "bench")
# Single files that may do so too, and why.
DATABASE_ELSEWHERE = {
    "project/checks_inside.py": "asks Django which migrations are missing",
    "commands/schema.py": "runs migrations",
}


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


@pytest.mark.parametrize("path", [*FILES, *TESTS, *FRONTEND, *TEMPLATES], ids=name)
def test_no_file_is_longer_than_a_person_reads(path: Path) -> None:
    lines = path.read_text().count("\n")
    assert lines <= MAX_LINES, f"{lines} lines: look for the second noun in it"


def test_no_import_hides_in_a_function_or_behind_type_checking() -> None:
    wrong = []
    for path in [*FILES, *TESTS]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                wrong += [
                    f"{name(path)}:{inner.lineno}"
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.Import | ast.ImportFrom)
                ]
            if isinstance(node, ast.Name) and node.id == "TYPE_CHECKING":
                wrong.append(f"{name(path)}:{node.lineno}")
    assert not wrong


def test_the_database_is_used_only_in_nouns_and_ground() -> None:
    wrong = []
    for path in FILES:
        if room(path) in WITH_DATABASE or str(path.relative_to(SOURCE)) in DATABASE_ELSEWHERE:
            continue
        for module, line in imports(ast.parse(path.read_text())):
            if module.startswith(("django.db", "psycopg")) and not module.startswith("psycopg.conninfo"):
                wrong.append(f"{name(path)}:{line} imports {module}")
    assert not [found for found in wrong if not _is_only_errors(found)]


def _is_only_errors(found: str) -> bool:
    """Naming an error to catch, or a connection's word, is no query."""
    return found.rpartition(".")[2] in ("OperationalError", "InterfaceError", "DatabaseError", "ProgrammingError")


def test_models_are_queried_only_in_nouns_and_ground() -> None:
    wrong = [
        f"{name(path)}:{node.lineno}"
        for path in FILES
        if room(path) not in WITH_DATABASE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager")
    ]
    assert not wrong


def test_no_provider_is_asked_for_by_name_outside_providers() -> None:
    """`if provider == "meta"` is data that is missing from `abilities` or `facts`."""
    wrong = []
    for path in FILES:
        if room(path) in ("providers", "sandbox", "bench"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare | ast.MatchValue):
                words = {leaf.value for leaf in ast.walk(node) if isinstance(leaf, ast.Constant)}
                if words & {"meta", "twilio", "360dialog", "dialog360", "facebook"}:
                    wrong.append(f"{name(path)}:{node.lineno}")
    for path in TEMPLATES:
        wrong += [
            f"{name(path)}: {found[0]}"
            for found in re.finditer(r"""{%\s*(?:el)?if[^%]*["'](?:meta|twilio|360dialog)["']""", path.read_text())
        ]
    assert not wrong


OUT = {"pyreqwest", "httpx", "requests", "aiohttp", "urllib3", "http.client", "urllib.request"}
OUT_ALLOWED = {
    "ground/outbound.py": "the only way out",
    "ground/addresses.py": "resolves and judges addresses for outbound",
    "project/serving.py": "looks whether a port is free",
}


def test_only_outbound_opens_a_connection_to_the_world() -> None:
    wrong = []
    for path in FILES:
        if room(path) in ("sandbox", "bench") or str(path.relative_to(SOURCE)) in OUT_ALLOWED:
            continue
        for module, line in imports(ast.parse(path.read_text())):
            if any(module == out or module.startswith(f"{out}.") for out in OUT):
                wrong.append(f"{name(path)}:{line} imports {module}")
        if re.search(r"socket\.(socket|create_connection)\(|asyncio\.open_connection", path.read_text()):
            wrong.append(f"{name(path)} opens a socket")
    assert not wrong


def test_no_page_has_inline_scripts_or_styles() -> None:
    """The content security policy would stop them."""
    script = r"""<script(?![^>]*\bsrc=)(?![^>]*type="application/json")[^>]*>"""
    inline = re.compile(script + r"""|<style|\son[a-z]+=["']|\sstyle=["']""")
    wrong = [
        f"{name(path)}: {found[0]}"
        for path in TEMPLATES
        if room(path) != "sandbox"
        for found in inline.finditer(path.read_text())
    ]
    assert not wrong


def test_nothing_is_left_to_be_done() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|NotImplemented(Error)?|HACK)\b")
    wrong = [
        f"{name(path)}: {found[0]}"
        for path in [*FILES, *FRONTEND, *TEMPLATES]
        for found in words.finditer(path.read_text())
    ]
    assert not wrong


def test_no_committed_file_names_a_package_registry() -> None:
    hosts = re.compile("|".join((r"pypi\.", r"files\.pythonhosted", r"registry\.npmjs", r"registry\.yarnpkg")))
    committed = [*ROOT.glob("requirements*"), ROOT / "pyproject.toml", ROOT / "frontend" / "package-lock.json"]
    assert not [name(path) for path in committed if path.exists() and hosts.search(path.read_text())]
