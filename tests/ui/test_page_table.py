"""The table of pages."""

from explorer.ui.shell.link import PARAMETERS
from explorer.ui.shell.pages import FOLDER, PAGES, page_file


def test_the_table_names_every_page_once():
    names = [page.name for page in PAGES]
    assert sorted(names) == sorted(path.stem for path in FOLDER.glob("*.py"))
    assert all(page_file(name).is_file() for name in names)


def test_a_link_holds_the_parameters_of_every_page():
    for page in PAGES:
        if page.view is not None:
            assert set(page.view.__dataclass_fields__) <= set(PARAMETERS), page.name
