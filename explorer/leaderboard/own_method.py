"""A method of one's own: a Python file with one function, which is found without running the file.

    def score(walk) -> (n,)              a detector: a number for each sample, high for what is suspicious
    def treat(denoiser) -> Denoiser      a remedy: a denoiser around a denoiser

What goes wrong in it is told in one sentence that names the file and the line.
"""

from __future__ import annotations

import ast
import hashlib
import os
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_type_hints

MethodKind = Literal["detector", "remedy"]
FUNCTIONS: dict[MethodKind, str] = {"detector": "score", "remedy": "treat"}
ARGUMENTS: dict[str, MethodKind] = {"walk": "detector", "denoiser": "remedy"}
ENVIRONMENT = "EXPLORER_PLUGINS"  # FILE.py[:NAME],...: methods that the app shows, too
PREFIX = "own."  # of their names, so that none is that of a method of the explorer
MAX_BYTES = 1_000_000
LONGEST_SENTENCE = 200


class MethodError(ValueError):
    """What is wrong with a method of one's own: the file, the line, and what happened, in one sentence."""


@dataclass(frozen=True)
class OwnMethod:
    """A function in a file.

    file        its full path
    function    the name of the function
    line        on which it begins
    sentence    the first line of its docstring, or of the file's
    digest      sixteen hexadecimal digits of the file's SHA-256
    """

    file: str
    function: str
    kind: MethodKind
    line: int
    sentence: str
    digest: str

    @property
    def file_name(self) -> str:
        return Path(self.file).name

    @property
    def name(self) -> str:
        """As tables and links name it: own.last_jump; with the function, if that is not the usual one."""
        stem = Path(self.file).stem
        return PREFIX + (stem if self.function == FUNCTIONS[self.kind] else f"{stem}.{self.function}")

    @property
    def title(self) -> str:
        """As people read it."""
        return self.name.removeprefix(PREFIX).replace("_", " ")

    @classmethod
    def from_json(cls, values: Any) -> OwnMethod:
        """What dataclasses.asdict wrote. Raises ValueError for what is none."""
        hints = get_type_hints(cls)
        if not isinstance(values, Mapping) or set(values) != set(hints):
            raise ValueError(f"A method of your own has the fields {', '.join(hints)}, not {values!r:.60}.")
        texts = all(isinstance(values[name], str) for name in hints if name != "line")
        if not texts or not isinstance(values["line"], int) or values["kind"] not in FUNCTIONS:
            raise ValueError(f"{values!r:.60} are not the fields of a method of your own.")
        return cls(**values)

    def load(self) -> Callable[..., Any]:
        """Run the file, and return its function. Raises MethodError."""
        source = Path(self.file).read_bytes()
        values: dict[str, Any] = {"__name__": f"own_{Path(self.file).stem}", "__file__": self.file}
        try:
            exec(compile(source, self.file, "exec"), values)
        except BaseException as error:
            raise MethodError(in_words(error, self)) from error
        found = values.get(self.function)
        if not callable(found):
            raise MethodError(f"{self.file_name}, line {self.line}: {self.function} is no function.")
        function: Callable[..., Any] = found
        return function

    def complaint(self, text: str, line: int | None = None) -> MethodError:
        """An error about what the method does, at a line; at its first one unless another is given."""
        return MethodError(f"{self.file_name}, line {self.line if line is None else line}: {text}")


def read_method(text: str, kind: MethodKind | None = None) -> OwnMethod:
    """The method that FILE.py or FILE.py:NAME names.

    Without a name it is the function `score`, or `treat`; the kind of another function is that of its first
    parameter, `walk` or `denoiser`, unless it is given. Raises MethodError.
    """
    file, name = _parted(text)
    path = Path(file).resolve()
    try:
        source = path.read_bytes()
        if len(source) > MAX_BYTES:
            raise MethodError(f"{path.name} has more than {MAX_BYTES:,} bytes; that is no method.")
        tree = ast.parse(source, str(path))
    except OSError as error:
        raise MethodError(f"{file[:200]} cannot be read: {error.strerror}.") from None
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise MethodError(f"{path.name}, line {line}: {_first_line(error)}") from None
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    usual = [FUNCTIONS[kind]] if kind else list(FUNCTIONS.values())
    wanted = [name] if name else [one for one in usual if one in functions]
    if not wanted or wanted[0] not in functions:
        known = f"; it has {', '.join(functions)}" if functions else ""
        raise MethodError(f"{path.name} has no function {name or ' or '.join(usual)}{known}.")
    node = functions[wanted[0]]
    return OwnMethod(
        str(path),
        node.name,
        kind or _kind_of(node, path.name),
        node.lineno,
        _sentence(node, tree) or f"The function {node.name} of {path.name}.",
        hashlib.sha256(source).hexdigest()[:16],
    )


def methods_of_environment() -> tuple[OwnMethod, ...]:
    """The methods that the environment variable EXPLORER_PLUGINS names; none without it.

    Raises MethodError for the first that cannot be read.
    """
    texts = os.environ.get(ENVIRONMENT, "").split(",")
    return tuple(read_method(text.strip()) for text in texts if text.strip())


def in_words(error: BaseException, method: OwnMethod) -> str:
    """What went wrong in a method: its file, the last of its lines that was at work, and the error."""
    if isinstance(error, MethodError):
        return str(error)
    lines = [one.lineno for one in traceback.extract_tb(error.__traceback__) if one.filename == method.file]
    if isinstance(error, SyntaxError) and error.filename == method.file:
        lines.append(error.lineno)
    line = lines[-1] if lines else method.line
    return f"{method.file_name}, line {line}: {type(error).__name__}: {_first_line(error)}"


def _parted(text: str) -> tuple[str, str]:
    """The file, and the name behind its colon; "" without one."""
    file, colon, name = text.rpartition(":")
    return (file, name) if colon and file.endswith(".py") and name.isidentifier() else (text, "")


def _kind_of(node: ast.FunctionDef, file: str) -> MethodKind:
    """The kind of method that a function is, by its name or its first parameter."""
    for kind, usual in FUNCTIONS.items():
        if node.name == usual:
            return kind
    first = node.args.args[0].arg if node.args.args else ""
    if first not in ARGUMENTS:
        raise MethodError(
            f"{file}, line {node.lineno}: {node.name} takes {first or 'nothing'}; a detector takes walk, a "
            "remedy takes denoiser."
        )
    return ARGUMENTS[first]


def _sentence(node: ast.FunctionDef, tree: ast.Module) -> str:
    text = ast.get_docstring(node) or ast.get_docstring(tree) or ""
    return text.strip().split("\n")[0][:LONGEST_SENTENCE]


def _first_line(error: BaseException) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return (text.strip().split("\n")[0][:LONGEST_SENTENCE] or "no reason given").rstrip(".") + "."
