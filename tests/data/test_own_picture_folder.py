"""A folder of a user's own pictures: what is taken is as it should be, and what is not is named."""

import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from explorer.compute.progress import finish
from explorer.data.own import picture_folder
from explorer.data.own.picture_folder import in_words, most_of, read_folder


def png(folder, name, pixels):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(pixels, np.uint8)).save(path)
    return path


@pytest.fixture
def folder(tmp_path):
    """Sixteen grey pictures, each of one level: 0, 10, 20, ..."""
    for number in range(16):
        png(tmp_path / "mine", f"{number:02}.png", np.full((20, 20), 10 * number))
    return tmp_path / "mine"


def claims(width, height):
    """A PNG file of a few bytes that claims to be of that size."""
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(1_000))),
        (b"IEND", b""),
    ]
    chunks = [
        struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held))
        for name, held in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def read(folder, size=16):
    return finish(read_folder(folder, size))


def why(found):
    return {one.name: one.why for one in found.left_out}


def test_pictures_come_by_name_small_and_with_their_grey_values(folder):
    found = read(folder)
    assert found.pixels.shape == (16, 16, 16)
    assert found.pixels.dtype == np.uint8
    assert found.pixels[:, 8, 8].tolist() == list(range(0, 160, 10))
    assert found.left_out == ()
    assert found.enlarged == 0


def test_files_that_are_no_pictures_are_named_and_the_rest_goes_on(folder, tmp_path):
    (folder / "empty.png").touch()
    (folder / "text.png").write_text("no picture")
    (folder / "bomb.png").write_bytes(claims(60_000, 60_000))
    (folder / "large.png").write_bytes(claims(9_000, 6_000))
    whole = png(tmp_path, "whole.png", np.random.default_rng(0).integers(0, 255, (90, 90))).read_bytes()
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    (folder / "notes.txt").write_text("no ending of a picture")
    found = read(folder)
    assert len(found.pixels) == 16
    assert set(why(found)) == {"empty.png", "text.png", "bomb.png", "large.png", "cut.png"}
    assert why(found)["empty.png"] == "is empty"
    assert why(found)["text.png"].startswith("is no picture")
    assert "50 million pixels" in why(found)["bomb.png"]
    assert "50 million pixels" in why(found)["large.png"]
    assert why(found)["cut.png"].startswith("cannot be read")
    told = in_words(found.left_out)
    assert told.count("\n") == 0
    assert told.startswith("Left out: bomb.png would unpack")
    assert told.endswith("; and 1 more.")


def test_links_that_lead_out_are_not_followed(folder, tmp_path):
    outside = tmp_path / "outside"
    png(outside, "secret.png", np.full((20, 20), 255))
    (folder / "file.png").symlink_to(outside / "secret.png")
    (folder / "others").symlink_to(outside)
    (folder / "gone.png").symlink_to(folder / "nothing.png")
    (folder / "circle.png").symlink_to(folder / "circle.png")
    (folder / "inside.png").symlink_to(folder / "00.png")
    found = read(folder)
    assert found.pixels.max() == 150  # nothing of the white one
    assert len(found.pixels) == 17
    assert set(why(found)) == {"file.png", "others", "gone.png", "circle.png"}
    assert why(found)["file.png"] == why(found)["others"] == "is a link that leads out of the folder"
    assert why(found)["gone.png"] == "is a link that leads nowhere"


def test_a_picture_stands_as_its_exif_says(folder):
    upright = np.zeros((20, 20), np.uint8)
    upright[:10] = 255  # white above
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    Image.fromarray(np.rot90(upright)).save(folder / "99.jpg", exif=exif, quality=95)
    last = read(folder).pixels[-1]
    assert last[:7].min() > 240
    assert last[9:].max() < 15


def test_the_square_in_the_middle_is_cut_out_of_any_size(folder):
    wide = np.zeros((30, 90), np.uint8)
    wide[:, 30:60] = 200
    png(folder, "98.png", wide)
    png(folder, "99.png", wide[:6, 42:48])
    found = read(folder)
    assert (found.pixels[-2] == 200).all()
    assert (found.pixels[-1] == 200).all()
    assert found.enlarged == 1


def test_colours_transparency_and_sixteen_bits_become_grey(folder):
    red = np.zeros((20, 20, 3), np.uint8)
    red[..., 0] = 255
    clear = np.zeros((20, 20, 4), np.uint8)
    Image.fromarray(red).save(folder / "97.png")
    Image.fromarray(clear).save(folder / "98.png")
    Image.fromarray(np.full((20, 20), 128 * 256, np.uint16)).save(folder / "99.png")
    shown = read(folder).pixels[-3:, 8, 8].tolist()
    assert shown == [76, 255, 128]  # 0.299 of red; the ground shows through; 128 / 255


def test_folders_in_it_count_and_hidden_ones_do_not(folder):
    png(folder / "more", "a.png", np.full((20, 20), 255))
    png(folder / ".hidden", "b.png", np.full((20, 20), 255))
    (folder / ".c.png").touch()
    found = read(folder)
    assert len(found.pixels) == 17
    assert found.left_out == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder, patch: patch.setattr(picture_folder, "MOST", 15), "more than 15 pictures"),
        (lambda folder, patch: patch.setattr(picture_folder, "MOST_ENTRIES", 15), "more than 15 files"),
        (
            lambda folder, patch: (folder / "00.png").write_bytes(b""),
            "15 pictures can be used.*00.png is empty",
        ),
        (lambda folder, patch: [path.unlink() for path in folder.iterdir()], "holds no pictures"),
    ],
)
def test_what_makes_no_data_is_refused_in_one_sentence(folder, monkeypatch, change, words):
    change(folder, monkeypatch)
    with pytest.raises(ValueError, match=words):
        read(folder)


def test_no_file_and_no_size_that_is_none(folder):
    with pytest.raises(ValueError, match="no folder"):
        read(folder / "00.png")
    with pytest.raises(ValueError, match="no folder"):
        read(folder / "nowhere")
    for size in (6, 17, 66):
        with pytest.raises(ValueError, match=f"size {size} is not an even number from 8 to 64"):
            read(folder, size)


def test_a_name_cannot_move_the_cursor_of_a_terminal(folder):
    name = "\x1b[2Jgone.png"
    (folder / name).touch()
    (told,) = why(read(folder))
    assert told == "?[2Jgone.png"
    assert os.path.exists(folder / name)


# ---- in colour ---------------------------------------------------------------------------------------------


def test_pictures_that_keep_their_colour_are_the_files_pixel_by_pixel(folder):
    pixels = np.random.default_rng(0).integers(0, 256, (16, 20, 20, 3), dtype=np.uint8)
    for number, one in enumerate(pixels):
        png(folder, f"{number:02}.png", one)
    found = finish(read_folder(folder, 20, colour=True))
    assert np.array_equal(found.pixels, pixels)
    assert not found.colourful  # nothing was lost


def test_what_is_grey_or_transparent_becomes_colours_that_look_alike(folder):
    clear = np.zeros((20, 20, 4), np.uint8)
    clear[10:] = (200, 30, 90, 255)
    Image.fromarray(clear).save(folder / "98.png")
    Image.fromarray(np.full((20, 20), 128 * 256, np.uint16)).save(folder / "99.png")
    shown = finish(read_folder(folder, 20, colour=True)).pixels
    assert shown.shape == (18, 20, 20, 3)
    assert shown[15, 3, 3].tolist() == [150] * 3
    assert shown[16, [3, 16], 3].tolist() == [[255] * 3, [200, 30, 90]]
    assert shown[17, 3, 3].tolist() == [128] * 3


@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_colours_that_are_lost_are_noticed_and_grey_in_three_channels_is_none(folder, ending):
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 1), dtype=np.uint8)
    Image.fromarray(np.repeat(noise, 3, -1)).save(folder / f"98.{ending}")
    assert not read(folder).colourful
    red = np.full((40, 40, 3), 90, np.uint8)
    red[:20, :, 0] = 160
    Image.fromarray(red).save(folder / f"99.{ending}")
    assert read(folder).colourful


def test_in_colour_no_more_numbers_are_taken_than_in_grey(folder, monkeypatch):
    assert [most_of(size, colour=True) for size in (64, 32, 8)] == [6_666, 20_000, 20_000]
    assert 6_666 * 3 * 64**2 <= 20_000 * 64**2 < 6_667 * 3 * 64**2
    assert most_of(64, colour=False) == 20_000
    monkeypatch.setattr(picture_folder, "MOST", 45)
    words = (
        "more than 15 pictures, the most that are taken in colour at 64 pixels; take a smaller size, or grey"
    )
    with pytest.raises(ValueError, match=words):
        finish(read_folder(folder, 64, colour=True))
    assert len(read(folder, 64).pixels) == 16
