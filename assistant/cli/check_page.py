"""The findings of a check as one HTML page that loads nothing."""

from collections import Counter
from collections.abc import Sequence
from string import Template

from assistant.answering.answer import Citation
from assistant.answering.checker import FINDINGS, Checked
from assistant.cli.answers import located
from assistant.evaluation.report.words import escaped

WORDS = {"supported": "supported", "contradicted": "contradicted", "not_found": "not found"}

_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>$title</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
ol { padding: 0; list-style: none; }
li { border-left: .3rem solid; padding: .1rem 0 .1rem .8rem; margin: 1rem 0; }
li.supported { border-color: #2e7d32; }
li.contradicted { border-color: #c62828; }
li.not_found { border-color: #8a6d00; }
p { margin: 0; }
b { font-size: .85rem; }
blockquote { margin: .3rem 0 0 1rem; }
cite { font-size: .85rem; overflow-wrap: anywhere; }
</style>
</head>
<body>
<h1>$title</h1>
<p>$counts</p>
<ol>
$items
</ol>
</body>
</html>
""")


def page(name: str, found: Sequence[Checked]) -> str:
    """The page: the text's name, the counts, and each statement with its quote."""
    counts = Counter(c.support for c in found)
    return _PAGE.substitute(
        title=escaped(f"{name}, checked"),
        counts=", ".join(f"{counts[f]:,} {WORDS[f]}" for f in FINDINGS) + ".",
        items="\n".join(map(_item, found)),
    )


def _item(checked: Checked) -> str:
    quotes = "".join(map(_quote, checked.citations))
    return (
        f'<li class="{checked.support}"><p>{escaped(checked.statement)}</p>'
        f"<b>{WORDS[checked.support]}</b>{quotes}</li>"
    )


def _quote(citation: Citation) -> str:
    return (
        f"<blockquote>{escaped(citation.quote)}<br><cite>{escaped(located(citation))}</cite>"
        "</blockquote>"
    )
