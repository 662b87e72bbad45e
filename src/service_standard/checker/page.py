"""One HTML file that needs nothing else, on a phone as on a desk, by day and by night."""

from collections.abc import Iterable
from html import escape
from typing import Final

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #667; --paper: #fff; --card: #f5f6f8; --line: #dde0e5;
  --ok: #17813b; --no: #c4281c; --warn: #9a6a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #9aa3ad; --paper: #15181c; --card: #1e2227;
  --line: #333940; --ok: #56c97b; --no: #ff7b6e; --warn: #e3b341; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 56rem; color: var(--ink); background: var(--paper);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.5rem; }
h2 { margin: 2rem 0 .5rem; font-size: .85rem;
  letter-spacing: .06em; text-transform: uppercase; color: var(--soft); }
p { margin: .25rem 0; } code, pre { font: .85em/1.45 ui-monospace, monospace; }
pre { margin: .25rem 0; padding: .5rem .6rem; background: var(--paper); border: 1px solid var(--line);
  border-radius: 6px; white-space: pre-wrap; }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0; padding: 0; list-style: none; }
.counts li { padding: .4rem .8rem; background: var(--card); border-radius: 8px; }
.counts b { font-size: 1.2rem; } .soft { color: var(--soft); font-size: .9rem; }
details, .row { border-top: 1px solid var(--line); } summary, .row { padding: .45rem 0; }
summary { cursor: pointer; list-style: none; } summary::-webkit-details-marker { display: none; }
.line { display: grid; grid-template-columns: 1.4rem 4.6rem 1fr auto; }
.line::after { content: "▸"; padding-left: .5rem; color: var(--soft); } details[open] > .line::after { content: "▾"; }
.bar { display: flex; gap: 2px; height: .5rem; margin: 1rem 0; }
.bar i { border-radius: 4px; background: currentColor; }
@media (max-width: 30rem) { .line { grid-template-columns: 1.4rem 1fr auto; }
  .line .text { grid-column: 2 / 4; grid-row: 2; } .line::after { grid-column: 3; grid-row: 1; } }
.sign { display: inline-block; width: 1.3em; font-weight: 700; } .id { font-weight: 600; margin-right: .4em; }
.ok { color: var(--ok); } .no { color: var(--no); } .warn { color: var(--warn); } .none { color: var(--soft); }
.rule { margin: .25rem 0 .75rem; padding: .6rem .9rem; background: var(--card); border-left: 3px solid var(--line);
  border-radius: 8px; } .rule.failed { border-color: var(--no); } .rule.warned { border-color: var(--warn); }
.rule ul { margin: .5rem 0; padding-left: 1.1rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; } .wide table { min-width: 100%; }
th, td { padding: .35rem .6rem; border-top: 1px solid var(--line); text-align: left; vertical-align: top;
  overflow-wrap: normal; }
thead th { border-top: 0; color: var(--soft); font-weight: 600; } tbody th { font-weight: 600; }
.service { margin: .75rem 0; padding: 0 .9rem; background: var(--card); border: 0; border-radius: 8px; }
.service > summary { padding: .75rem 0; } .service h3 { margin: 1rem 0 .25rem; font-size: .85rem; color: var(--soft); }
.service h2 { display: inline; margin: 0; font-size: 1.1rem; letter-spacing: 0; text-transform: none;
  color: var(--ink); }
.service[open] { padding-bottom: .9rem; }
.service > summary::before { content: "▸"; float: right; color: var(--soft); }
.service[open] > summary::before { content: "▾"; }
.small { font-size: .9rem; }  .tag { padding: .05rem .45rem; background: var(--paper);
  border: 1px solid var(--line); border-radius: 99px; font-size: .8rem; white-space: nowrap; }
"""


def page(title: str, body: Iterable[str]) -> str:
    """The whole file; `title` is text, `body` is HTML."""
    head = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
    )
    return "\n".join([head, *body, "</body>\n</html>\n"])


def prose(text: str) -> str:
    """Text as HTML; what stands between backticks is code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))
