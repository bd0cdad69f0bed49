"""Marks of colour in a sentence are found in one way, with the words they have of their own."""

from explorer.figures.coloured_words import plain, with_colours


def test_each_mark_gives_its_words_and_its_role():
    found = with_colours(
        "{truth}, {model:its network:} and {kept:all:}", lambda words, role: f"<{role}|{words}>"
    )
    assert found == "<truth|truth>, <model|its network> and <kept|all>"


def test_a_plain_sentence_has_neither_colours_nor_bold_words_and_keeps_other_braces():
    text = "The {model} puts **3 %** on {hallucinated:bridges:}; of {nobody} and f{x} it says nothing."
    assert plain(text) == "The model puts 3 % on bridges; of {nobody} and f{x} it says nothing."
