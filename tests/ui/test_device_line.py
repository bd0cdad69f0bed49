"""The button that trains says where, and why; a device that is not there is told, and the page stays."""

import pytest

from tests.ui.test_pages import opened


@pytest.mark.parametrize("link", [("learn", "three-modes"), ("shapes", "shapes-32")])
@pytest.mark.parametrize(
    ("device", "said"),
    [
        ("cpu", "live. Computed on CPU: it was asked for."),
        ("abacus", "live. EXPLORER_DEVICE='abacus' names no device of this machine: "),
    ],
)
def test_the_train_button_says_where_it_trains(link, device, said, monkeypatch):
    monkeypatch.setenv("EXPLORER_DEVICE", device)
    page, preset = link
    app = opened(page, preset=preset)
    assert said in app.button(key="train").help
    assert not app.exception
