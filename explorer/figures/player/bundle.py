"""Files of JavaScript as one module: Streamlit takes a component as one text, and a user has no bundler."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_COMMENTS = (
    re.compile(r"^[ \t]*//.*\n", re.M),
    re.compile(
        r"^[ \t]*/\*\*(?:(?!\*/).)*\*/[ \t]*\n", re.M | re.S
    ),  # none that stands before code on its line
)
_IMPORT = re.compile(r"^import\b(?P<what>[^;\"']*)[\"'](?P<path>[^\"']+)[\"'];[ \t]*\n", re.M)
_NAMES = re.compile(r"\s*\{(?P<names>[\w$,\s]*)\}\s*from\s*")
_DECLARATION = re.compile(
    r"^(?P<export>export[ ])?(?P<default>default[ ])?"
    r"(?P<kind>(?:async[ ])?(?:function\b\*?|class\b|const\b|let\b|var\b))[ ]*(?P<name>[\w$]*)",
    re.M,
)
_LEFT_OVER = re.compile(r"^(?:import\b|export\b(?! default)).*", re.M)


@dataclass(frozen=True, slots=True)
class _Module:
    """A file: its text without imports and exports, what it takes from which file, and what it declares."""

    path: Path
    body: str
    imports: dict[Path, list[str]]
    declared: list[str]
    exported: set[str]
    defaults: int


def bundle(entry: Path) -> str:
    """The entry and all files that it imports, directly or not, as the text of one module.

    A file stands after those that it imports. The entry keeps its default export. Every other `export`, all
    imports and comments on lines of their own are left out: the text travels with every message to the page.
    Raises ValueError for what cannot be joined so: a file that does not exist, files that import each other
    in a circle, an import that is not `import { name } from "./file.js";`, a name that the file does not
    export, an export that is not a declaration, a second default export, a name that two files declare.
    """
    modules: list[_Module] = []
    _collect(entry.resolve(), (), modules)
    declared_by: dict[str, str] = {}
    for module in modules:
        is_entry = module is modules[-1]
        if module.defaults != is_entry:
            due = (
                "needs one default export"
                if is_entry
                else "has a default export, which only the entry may have"
            )
            raise ValueError(f"{module.path.name} {due}.")
        for name in module.declared:
            if name in declared_by:
                both = f"{declared_by[name]} and {module.path.name}"
                raise ValueError(f"{both} both declare {name} at their top level; rename one of them.")
            declared_by[name] = module.path.name
    return "\n".join(f"// {module.path.name}\n{module.body.strip()}\n" for module in modules)


def _collect(path: Path, importers: tuple[Path, ...], modules: list[_Module]) -> _Module:
    """Append what a file imports and then the file, unless they are there; `importers` led to it."""
    if path in importers:
        circle = [each.name for each in (*importers[importers.index(path) :], path)]
        raise ValueError(
            f"{' imports '.join(circle)}: a circle has no order; move what they share to a file."
        )
    for module in modules:
        if module.path == path:
            return module
    if not path.is_file():
        raise ValueError(f"There is no {path}{f', which {importers[-1].name} imports' if importers else ''}.")
    found = _parse(path)
    for other, names in found.imports.items():
        exported = _collect(other, (*importers, path), modules).exported
        if missing := [name for name in names if name not in exported]:
            raise ValueError(f"{path.name} imports {', '.join(missing)}, which {other.name} does not export.")
    modules.append(found)
    return found


def _parse(path: Path) -> _Module:
    text = path.read_text("utf-8") + "\n"
    for comments in _COMMENTS:
        text = comments.sub("", text)
    imports: dict[Path, list[str]] = {}
    for statement in _IMPORT.finditer(text):
        listed = _NAMES.fullmatch(statement["what"])
        names = [name.strip() for name in listed["names"].split(",") if name.strip()] if listed else []
        if not names or not statement["path"].startswith(".") or any(" " in name for name in names):
            written = " ".join(statement[0].split())
            raise ValueError(
                f'{path.name}: `{written}` must have the form import {{ name }} from "./file.js";'
            )
        imports.setdefault((path.parent / statement["path"]).resolve(), []).extend(names)
    text = _IMPORT.sub("", text)
    found = list(_DECLARATION.finditer(text))
    for declaration in found:
        if not declaration["name"] and not declaration["default"]:
            raise ValueError(f"{path.name}: `{declaration[0].strip()} ...` must declare one name.")
    body = _DECLARATION.sub(lambda one: one[0] if one["default"] else one[0].removeprefix("export "), text)
    if left := _LEFT_OVER.search(body):
        raise ValueError(f"{path.name}: `{left[0]}` cannot be joined; write export before a declaration.")
    return _Module(
        path=path,
        body=body,
        imports=imports,
        declared=[one["name"] for one in found if one["name"]],
        exported={one["name"] for one in found if one["export"] and not one["default"]},
        defaults=sum(one["default"] is not None for one in found),
    )
