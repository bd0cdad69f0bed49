"""JavaScript files joined to one module: their order, what is left of them, and what is refused."""

import re
import shutil
import subprocess

import pytest

from explorer.figures.player.bundle import bundle

ENTRY = "export default function run() {}\n"


@pytest.fixture
def joined(tmp_path):
    """joined(entry=..., other=...) writes each text as NAME.js and joins the entry with what it imports."""

    def join(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.js").write_text(text, "utf-8")
        return bundle(tmp_path / "entry.js")

    return join


DIAMOND = {
    "entry": 'import { b } from "./b.js";\nimport { a } from "./a.js";\nexport default function run() {\n'
    "  return [a, b];\n}\n",
    "b": 'import { a } from "./a.js";\nimport { c } from "./c.js";\nexport const b = a + c;\n',
    "a": 'import {\n  c,\n  add,\n} from "./c.js";\nexport const a = add(c, 1);\n',
    "c": "export const c = 1;\nexport function add(x, y) {\n  return x + y;\n}\n",
    "unused": "export const unused = 1;\n",
}


def test_a_file_stands_after_those_that_it_imports_and_only_once(joined):
    assert re.findall(r"^// (\w+)\.js$", joined(**DIAMOND), re.M) == ["c", "a", "b", "entry"]


def test_only_the_default_export_of_the_entry_is_left(joined):
    text = joined(**DIAMOND)
    assert re.findall(r"^(?:import|export).*", text, re.M) == ["export default function run() {"]
    assert "\nconst a = add(c, 1);\n" in text


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_joined_module_runs(joined, tmp_path):
    (tmp_path / "joined.mjs").write_text(joined(**DIAMOND), "utf-8")
    script = 'import run from "./joined.mjs"; console.log(JSON.stringify(run()));'
    ran = subprocess.run(
        ["node", "--input-type=module", "-e", script], cwd=tmp_path, capture_output=True, text=True
    )
    assert (ran.stdout, ran.stderr) == ("[2,3]\n", "")


COMMENTED = """// What this file is
/**
 * @param {number} x
 */
function one(x) {
  // why
  return x; // at once
}
/** @type {A} */ (one).two = "// kept";
/** @typedef {number} B */
export default function run() {}
"""


def test_comments_on_lines_of_their_own_are_left_out_and_no_code_with_them(joined):
    assert (
        joined(entry=COMMENTED)
        == """// entry.js
function one(x) {
  return x; // at once
}
/** @type {A} */ (one).two = "// kept";
export default function run() {}
"""
    )


def refused(joined, sentence, **texts):
    """The files are refused by one sentence that matches."""
    with pytest.raises(ValueError, match=sentence) as refusal:
        joined(**texts)
    assert "\n" not in str(refusal.value)


def test_a_circle_is_refused(joined):
    refused(
        joined,
        "^a.js imports b.js imports a.js: a circle",
        entry=f'import {{ a }} from "./a.js";\n{ENTRY}',
        a='import { b } from "./b.js";\nexport const a = () => b;\n',
        b='import { a } from "./a.js";\nexport const b = () => a;\n',
    )


def test_one_name_in_two_files_is_refused_whether_exported_or_not(joined):
    refused(
        joined,
        "^a.js and entry.js both declare twice",
        entry=f'import {{ a }} from "./a.js";\nclass twice {{}}\n{ENTRY}',
        a="export const a = 1;\nasync function twice() {}\n",
    )


def test_a_name_within_a_function_is_its_own(joined):
    inner = "function two() {\n  const a = 2;\n  return a;\n}\n"
    assert inner in joined(entry=f'import {{ a }} from "./a.js";\n{inner}{ENTRY}', a="export const a = 1;\n")


def test_a_file_that_does_not_exist_is_refused(joined):
    refused(
        joined,
        "^There is no .*/b.js, which entry.js imports",
        entry=f'import {{ b }} from "./b.js";\n{ENTRY}',
    )


def test_a_name_that_a_file_does_not_export_is_refused(joined):
    refused(
        joined,
        "^entry.js imports hidden, which a.js does not export",
        entry=f'import {{ a, hidden }} from "./a.js";\n{ENTRY}',
        a="export const a = 1;\nconst hidden = 2;\n",
    )


@pytest.mark.parametrize(
    "statement",
    [
        'import { a as b } from "./a.js";',
        'import a from "./a.js";',
        'import * as a from "./a.js";',
        'import a, { b } from "./a.js";',
        'import "./a.js";',
        'import {} from "./a.js";',
        'import { a } from "a";',
    ],
)
def test_every_other_import_is_refused(joined, statement):
    refused(
        joined,
        f"^entry.js: `{re.escape(statement)}` must have the form",
        entry=f"{statement}\n{ENTRY}",
        a="export const a = 1;\nexport const b = 2;\n",
    )


@pytest.mark.parametrize(
    "statement", ["export { a };", 'export * from "./b.js";', "const { a, b } = { a: 1, b: 2 };"]
)
def test_exports_and_declarations_without_one_name_are_refused(joined, statement):
    refused(
        joined,
        "^a.js: `(export|const)",
        entry=f'import {{ a }} from "./a.js";\n{ENTRY}',
        a=f"export const a = 1;\n{statement}\n",
    )


def test_the_entry_alone_has_a_default_export(joined):
    refused(joined, "^entry.js needs one default export", entry="export function run() {}\n")
    refused(
        joined,
        "^a.js has a default export, which only the entry may have",
        entry=f'import {{ a }} from "./a.js";\n{ENTRY}',
        a="export const a = 1;\nexport default class A {}\n",
    )
