"""A user's own pictures as data: drawn, kept in one file, and known again by their pixels."""

import dataclasses
import hashlib
import json

import numpy as np
import pytest
import torch
from safetensors.numpy import save

from explorer.data.own import world_file
from explorer.data.own.world import OwnPictures
from explorer.data.own.world_file import (
    check_name,
    check_there,
    full_name,
    kept_worlds,
    own_pictures,
    read_world,
    world_bytes,
    world_path,
)
from explorer.data.pictures import (
    check_new_name,
    kind_names,
    learned_pictures,
    picture_distribution,
    picture_shape,
    support_bound,
)
from explorer.storage.files import write_file


def world(name="cats", n=20, side=8, seed=0, *, colour=False):
    shape = (n, side, side, 3) if colour else (n, side, side)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    return OwnPictures(name, pixels, "holidays", "2026-01-02T03:04:05+00:00", "square in the middle")


def kept(one):
    path = world_path(one.name)
    path.parent.mkdir(exist_ok=True)
    write_file(path, world_bytes(one))
    return path


def test_a_file_gives_back_every_pixel_and_word():
    one = world()
    again = read_world(kept(one))
    assert np.array_equal(again.pixels, one.pixels)
    assert dataclasses.replace(again, pixels=one.pixels) != one  # two values are not compared by pixels,
    assert again.digest == one.digest  # but by their hash
    about = kept_worlds()["cats"]
    assert (about["count"], about["size"], about["folder"]) == (20, 8, "holidays")
    assert about["sha256"] == one.digest


def test_a_name_holds_the_hash_so_that_others_are_not_taken_for_them():
    one, other = world(), world(seed=1)
    assert full_name(one) != full_name(other)
    assert len(full_name(world("a" * 18))) <= 40  # of an experiment's text
    kept(one)
    assert learned_pictures(full_name(one)).n == 20
    assert picture_shape(full_name(one)) == (1, 8, 8)
    kept(other)
    with pytest.raises(ValueError, match="own-cats on this machine are others"):
        check_there(full_name(one))
    assert own_pictures(full_name(other)).digest == other.digest


def test_pictures_that_are_not_here_are_refused_in_one_sentence():
    with pytest.raises(ValueError, match="There are no pictures own-dogs on this machine"):
        check_there("own-dogs.0123456789abcdef")
    for forged in (
        "own-",
        "own-cats",
        "own-../../etc.0123456789abcdef",
        "own-cats.0123",
        "own-CATS.0123456789abcdef",
    ):
        with pytest.raises(ValueError, match="does not name pictures of your own"):
            check_there(forged)


@pytest.mark.parametrize("name", ["", "Cats", "a b", "-a", "a-", "a" * 19, "../a", "a.b", "ä", "a\n"])
def test_a_name_that_is_none(name):
    with pytest.raises(ValueError, match="is no name for pictures"):
        check_name(name)


@pytest.mark.parametrize("name", ["shapes-32", "hands-48", "hands"])
def test_a_name_that_is_taken(name):
    with pytest.raises(ValueError, match="is taken"):
        check_new_name(name)


def test_an_edited_file_and_one_that_is_none_are_refused():
    one = world()
    path = kept(one)
    about = json.loads(json.dumps(world_file.read_about(path)))
    del about["pictures"]
    other = {"pixels": world(seed=1).pixels}
    path.write_bytes(save(other, {"about": json.dumps(about)}))
    with pytest.raises(ValueError, match="changed after they were added"):
        read_world(path)
    path.write_bytes(save({"pixels": one.pixels[:19]}, {"about": json.dumps(about)}))
    with pytest.raises(ValueError, match="in place of what it says"):
        read_world(path)
    path.write_bytes(save(other, {"about": json.dumps(about | {"format": 7})}))
    with pytest.raises(ValueError, match="format 7"):
        read_world(path)
    path.write_bytes(b"nonsense")
    with pytest.raises(ValueError, match="The pictures cats cannot be read"):
        read_world(path)
    assert kept_worlds() == {}


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((20, 8, 10), np.uint8),
        np.zeros((20, 7, 7), np.uint8),
        np.zeros((20, 8, 8), np.float32),
        np.zeros((15, 8, 8), np.uint8),
        np.zeros((20, 8, 8, 2), np.uint8),
        np.zeros((20, 8, 8, 3), np.float32),
    ],
    ids=["no square", "odd", "no bytes", "too few", "two channels", "no bytes in colour"],
)
def test_pixels_that_are_none(pixels):
    with pytest.raises(ValueError, match="squares of bytes|even number|16 to 20,000"):
        OwnPictures("cats", pixels, "", "", "")


def test_none_is_drawn_twice_before_all_were():
    one = world(n=20)
    drawn = one.sample(50, torch.Generator().manual_seed(3))
    assert drawn.shape == (50, 1, 8, 8)
    assert drawn.dtype == torch.float32
    rows = [int((one.members == picture).flatten(1).all(1).nonzero()) for picture in drawn]
    assert sorted(rows[:20]) == sorted(rows[20:40]) == list(range(20))
    assert rows[:20] != rows[20:40]
    assert torch.equal(drawn, one.sample(50, torch.Generator().manual_seed(3)))


def test_black_is_minus_one_and_white_is_one():
    pixels = np.zeros((16, 8, 8), np.uint8)
    pixels[1:] = 255
    members = OwnPictures("a", pixels, "", "", "").members
    assert (members[0] == -1).all()
    assert (members[1:] == 1).all()


def test_distances_are_shares_of_the_way_from_black_to_white():
    pixels = np.zeros((16, 8, 8), np.uint8)
    pixels[1:, :, 4:] = 255
    one = OwnPictures("a", pixels, "", "", "")
    x = torch.full((3, 1, 8, 8), -1.0)
    x[1] = 0.0  # between: half the way in every pixel
    x[2] = 5.0  # white, beyond what can be shown
    nearest, away = one.nearest(x)
    assert away.tolist() == pytest.approx([0, 0.5, 0.5**0.5])
    assert torch.equal(nearest[0], one.members[0])
    assert torch.equal(nearest[2], one.members[1])
    assert one.spacing.tolist() == pytest.approx([0.5**0.5] + [0] * 15)
    assert torch.equal(one.distance_to_support(x), away)


def test_the_empirical_optimum_gives_pictures_back():
    one = world()
    x_t = 0.9999**0.5 * one.members[:5] + 0.01 * torch.randn(5, 1, 8, 8)
    assert torch.allclose(one.posterior_mean(x_t, 0.9999), one.members[:5], atol=1e-4)


def test_nothing_is_called_a_hallucination():
    one = world()
    name = full_name(one)
    kept(one)
    for ask in (picture_distribution, kind_names, support_bound):
        with pytest.raises(ValueError, match="No rule says which of your own pictures are possible"):
            ask(name)
    with pytest.raises(ValueError, match="No rule"):
        one.is_hallucination(one.members, 5.0)


# ---- in colour ---------------------------------------------------------------------------------------------


def test_colours_are_kept_and_are_the_three_channels_of_a_network():
    one = world(colour=True)
    again = read_world(kept(one))
    assert np.array_equal(again.pixels, one.pixels)
    assert picture_shape(full_name(one)) == one.shape == (3, 8, 8)
    levels = (one.members[7, :, 2, 5] + 1) * 127.5
    assert levels.tolist() == pytest.approx(one.pixels[7, 2, 5].tolist(), abs=1e-3)
    assert one.sample(30, torch.Generator().manual_seed(0)).shape == (30, 3, 8, 8)
    assert one.digest != world().digest


def test_a_file_of_grey_pictures_is_what_it_was_before_there_were_colours():
    one = world()
    said = hashlib.sha256(b"(20, 8, 8)" + one.pixels.tobytes()).hexdigest()
    assert one.digest == said
    stored = "9debd846f01aa32cbf668a655c046a8c4d37571c7fa3df2ce4e75e5881646977"  # of a file from before
    assert hashlib.sha256(world_bytes(one)).hexdigest() == stored
    assert kept(one).exists()
    assert kept_worlds()["cats"]["channels"] == 1


def test_one_colour_of_three_is_a_third_of_the_square():
    pixels = np.zeros((16, 8, 8, 3), np.uint8)
    pixels[1:] = 255
    one = OwnPictures("a", pixels, "", "", "")
    red = torch.full((1, 3, 8, 8), -1.0)
    red[:, 0] = 1
    assert one.nearest(red)[1].item() == pytest.approx(3**-0.5)


@pytest.mark.parametrize(
    ("pixels", "channels", "words"),
    [
        (np.zeros((20, 8, 8, 4), np.uint8), 4, "4 channels, neither 1 .grey. nor 3 .colour."),
        (np.zeros((20, 8, 8, 3), np.uint8), 1, "in place of what it says"),
        (np.zeros((20, 8, 8), np.uint8), 3, "in place of what it says"),
        (np.full((20, 8, 8, 3), np.nan, np.float32), 3, "F32 in place of what it says"),
        (np.zeros((20, 8, 8, 3), np.uint8), "three", "'three' channels"),
    ],
    ids=["four channels", "said grey", "said colour", "not a number", "a word"],
)
def test_a_forged_file_of_colours_is_one_sentence(pixels, channels, words):
    path = kept(world(colour=True))
    about = dict(world_file.read_about(path))
    del about["pictures"]
    path.write_bytes(save({"pixels": pixels}, {"about": json.dumps(about | {"channels": channels})}))
    with pytest.raises(ValueError, match=f"^The pictures cats cannot be read: .*{words}"):
        read_world(path)
    assert kept_worlds() == {}
