"""The shell of every page, and words made safe for HTML."""

from html import escape

from starlette.responses import HTMLResponse


def page(title: str, body: str, *, kind: str, script: str = "", status: int = 200) -> HTMLResponse:
    """`kind` is the class of the body and names the style sheet's part; `script` a file in static/."""
    scripts = f'<script src="/static/{script}" defer></script>' if script else ""
    html = f"""<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<link rel="stylesheet" href="/static/base.css">
<link rel="stylesheet" href="/static/{kind}.css">
{scripts}
</head>
<body class="{kind}">
{body}
</body>
</html>
"""
    return HTMLResponse(html, status_code=status, headers={"cache-control": "no-store"})


def options(choices: list[tuple[str, str]], chosen: str) -> str:
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(label)}</option>'
        for value, label in choices
    )


def text_field(name: str, label: str, value: str, **attributes: str) -> str:
    extra = "".join(f' {key.replace("_", "-")}="{escape(text)}"' for key, text in attributes.items())
    return (
        f'<p class="field"><label for="{name}">{escape(label)}</label>'
        f'<input id="{name}" name="{name}" value="{escape(value)}"{extra}></p>'
    )


def select_field(name: str, label: str, choices: list[tuple[str, str]], chosen: str) -> str:
    return (
        f'<p class="field"><label for="{name}">{escape(label)}</label>'
        f'<select id="{name}" name="{name}">{options(choices, chosen)}</select></p>'
    )


def radio_field(name: str, legend: str, choices: list[tuple[str, str]], chosen: str) -> str:
    lines = "".join(
        f'<label class="choice"><input type="radio" name="{name}" value="{escape(value)}"'
        f"{' checked' if value == chosen else ''}> <span>{escape(label)}</span></label>"
        for value, label in choices
    )
    return f'<fieldset class="field"><legend>{escape(legend)}</legend>{lines}</fieldset>'
