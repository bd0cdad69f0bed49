"""The typeface of the app's pages, where Streamlit brings it, so that a file looks as they do."""

from __future__ import annotations

import base64
from functools import cache
from importlib.util import find_spec
from pathlib import Path

FAMILY = '"Source Sans", "Source Sans 3", "Source Sans Pro", system-ui, sans-serif'


@cache
def typeface_style() -> str:
    """CSS that brings Source Sans along (SIL Open Font License); "" where it is not at hand."""
    found = find_spec("streamlit")
    if found is None or found.origin is None:
        return ""
    files = sorted((Path(found.origin).parent / "static").rglob("SourceSansVF-Upright*.woff2"))
    if not files:
        return ""
    letters = base64.b64encode(files[0].read_bytes()).decode()
    return (
        '@font-face { font-family: "Source Sans"; font-weight: 200 900; '
        f'src: url("data:font/woff2;base64,{letters}") format("woff2"); }}'
    )
