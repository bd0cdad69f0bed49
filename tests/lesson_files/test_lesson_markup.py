"""The markup of lessons as HTML, and formulas as drawings."""

from __future__ import annotations

import re

from explorer.lesson_files.markup import formula_svg, html_of
from explorer.lessons.glossary import glossary


def test_bold_italic_and_coloured_words():
    assert html_of("a **b c** and *d*") == "a <b>b c</b> and <em>d</em>"
    assert html_of("{model} builds {hallucinated:bridges:}") == (
        '<b class="role-model">model</b> builds <b class="role-hallucinated">bridges</b>'
    )


def test_all_else_is_escaped():
    said = html_of('<script>alert("x")</script> & **<b>** {other} 2 * 3 * 4')
    assert said == ('&lt;script&gt;alert("x")&lt;/script&gt; &amp; <b>&lt;b&gt;</b> {other} 2 * 3 * 4')


def test_every_formula_of_the_glossary_is_one_drawing_with_its_words():
    formulas = [term.formula for term in glossary().values() if term.formula]
    assert len(formulas) >= 5
    for formula in formulas:
        drawn = formula_svg(formula)
        assert re.fullmatch(r'<svg [^>]*><path fill="currentColor" d="M[-MLQCZ .\d]+"/></svg>', drawn)
        _, _, across, up = (float(number) for number in re.search(r'viewBox="([^"]+)"', drawn)[1].split())
        assert across > up > 0  # a line of letters
