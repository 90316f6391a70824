"""Looks at a page as people have it: wide and narrow, light and dark. Keeps pictures and asks axe what is wrong."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import axe_playwright_python
from playwright.sync_api import Page

SCREENS = Path(__file__).parent.parent.parent / "build" / "screens"
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
WIDTHS = {1280: 800, 390: 844}
THEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
# The page's script follows the system's wish a moment later, unless the person has chosen a theme.
IS_IN_THEME = """theme => {
    const { theme: chosen, bsTheme: shown } = document.documentElement.dataset;
    return !shown || shown === theme || (chosen ?? "system") !== "system";
}"""
SERIOUS = ("serious", "critical")


def look(page: Page, name: str) -> None:
    """`name` is journey/step. Fails on a serious finding, and on a page that is wider than the screen."""
    size = page.viewport_size or {"width": 1280, "height": 800}
    findings: list[str] = []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        findings += _too_wide(page, width)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.wait_for_function(IS_IN_THEME, arg=theme)
            _picture(page, f"{name}-{width}-{theme}")
            rules = ["color-contrast"] if theme == "dark" else None  # all else is the same in both
            findings += [f"{width} {theme}: {finding}" for finding in serious_findings(page, rules)]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(size)
    assert not findings, f"{name} ({page.url}):\n" + "\n".join(findings)


def _picture(page: Page, name: str) -> None:
    file = SCREENS / f"{name}.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=file, animations="disabled")


def _too_wide(page: Page, width: int) -> list[str]:
    wanted: int = page.evaluate("document.documentElement.scrollWidth")
    if wanted <= width:
        return []
    culprits = page.evaluate(
        """width => [...document.querySelectorAll('body *')]
            .filter(e => e.getBoundingClientRect().right > width + 1)
            .slice(0, 3).map(e => e.outerHTML.slice(0, 120))""",
        width,
    )
    return [f"{width}: the page is {wanted} wide: {culprits}"]


def serious_findings(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe finds on the page as it is now, in one line each; by all rules, or by those named."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(f"() => {{ {AXE} }}")
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": rules}
    found: list[dict[str, Any]] = page.evaluate(
        "options => axe.run(document, options).then(results => results.violations)", options
    )
    return [line for violation in found if violation["impact"] in SERIOUS for line in _lines(violation)]


def _lines(violation: dict[str, Any]) -> Iterator[str]:
    for node in violation["nodes"]:
        why = re.sub(r"\s+", " ", node["failureSummary"])[:200]
        yield f"{violation['id']}: {node['html'][:160]} — {why}"
