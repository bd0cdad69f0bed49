"""A film taken away plays as it does on the page: every frame, at its pace, without a flicker."""

import io

import numpy as np
import pytest
from PIL import Image, ImageColor, ImageSequence

from explorer.compute.progress import finish, map_progress
from explorer.figures.film.film import Film, Panel, Reading
from explorer.figures.film.galleries import gallery_film
from explorer.figures.film.layers import Axis, Lines, Points
from explorer.figures.palette import PALETTE
from explorer.figures.print.animations import MOST_FRAMES
from explorer.figures.print.animations import animation as animation_in_steps
from explorer.figures.print.stills import still

X, Y = Axis(-1.0, 3.0, "x"), Axis(-2.0, 2.0, "y")
SMALL = {"width_mm": 85, "dpi": 100}
KINDS = ("gif", "webp")


def animation(film, kind="gif", *, progress=lambda share: None, **asked):
    """The file, made in one go; `progress` is told the shares."""
    return finish(map_progress(animation_in_steps(film, kind, **asked), progress))


def rgb(role, mode="light"):
    return ImageColor.getrgb(PALETTE[mode][role])


def film_of(*layers, frames, seconds=0.08):
    captions = tuple(f"frame {i}" for i in range(frames))
    readings = (Reading("counted", tuple(f"{i:,}" for i in range(frames)), "kept"),)
    return Film(
        (Panel("one", "truth", X, Y, layers),), captions, "step t", ("", ""), "", seconds, readings=readings
    )


def moving(frames=12, seconds=0.08):
    xy = np.linspace(-0.5, 2.5, frames)[:, None, None] + np.zeros((frames, 20, 2))
    xy[..., 1] = np.linspace(-1.5, 1.5, 20)
    return film_of(
        Lines(np.array([-1.0, 3.0]), np.zeros((1, 1, 2)), "truth", width=6),
        Points(xy, "hallucinated", size=9, opacity=1),
        frames=frames,
        seconds=seconds,
    )


def played(file):
    """The frames of a file as pixels, and the milliseconds that each is shown."""
    image = Image.open(io.BytesIO(file))
    shown = [
        (np.asarray(frame.convert("RGB")), frame.info["duration"]) for frame in ImageSequence.Iterator(image)
    ]
    assert image.info["loop"] == 0
    return [frame for frame, _ in shown], [duration for _, duration in shown]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_an_animation_has_every_frame_at_the_films_pace(kind, mode):
    film = moving()
    frames, durations = played(animation(film, kind, mode=mode, **SMALL))
    assert durations == [80] * 11 + [1500]
    assert frames[0].shape[1] == pytest.approx(85 / 25.4 * 100, abs=1)
    for number in (0, 5, 11):  # each frame is the still picture of it
        alone = np.asarray(Image.open(io.BytesIO(still(film, number, mode=mode, **SMALL))).convert("RGB"))
        red = (alone == rgb("hallucinated", mode)).all(axis=-1)
        assert red.sum() > 200
        assert (frames[number][red] == rgb("hallucinated", mode)).all()
        difference = np.abs(frames[number].astype(int) - alone)
        assert difference.max() <= (0 if kind == "webp" else 60)
        assert difference.mean() < 0.5


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_what_stands_still_does_not_flicker(kind, mode):
    frames = np.stack(played(animation(moving(), kind, mode=mode, **SMALL))[0])
    assert (frames[:, :25] == frames[0, :25]).all()  # the title
    assert (frames[:, :, :20] == frames[0, :, :20])[:, : frames.shape[1] // 2].all()  # the name of y
    assert (frames[:, 0, 0] == rgb("ground", mode)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_frames_that_look_alike_last_as_long_together(kind):
    xy = np.repeat(np.array([0.0, 0.0, 0.0, 1.0, 1.0]), 2).reshape(5, 1, 2)
    panel = Panel("", "truth", X, Y, (Points(xy, "truth", size=9),))
    film = Film((panel,), ("",) * 5, "t", ("", ""), "", 0.2)
    _, durations = played(animation(film, kind, **SMALL))
    assert durations == [600, 1700]


@pytest.mark.parametrize("kind", KINDS)
def test_a_film_of_one_frame_is_held(kind):
    file = animation(film_of(Points(np.zeros((1, 3, 2)), "truth"), frames=1), kind, **SMALL)
    assert getattr(Image.open(io.BytesIO(file)), "n_frames", 1) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_progress_is_told_and_may_stop_the_work(kind):
    told = []
    animation(moving(4), kind, progress=told.append, **SMALL)
    assert told == [0.25, 0.5, 0.75, 1.0]
    told.clear()

    def stop(share):
        told.append(share)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        animation(moving(4), kind, progress=stop, **SMALL)
    assert told == [0.25]
    assert animation(moving(4), kind, **SMALL)  # and others can still draw


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_film_is_thinned_and_keeps_its_pace(kind):
    frames, milliseconds = played(animation(moving(400, 0.05), kind, width_mm=40, dpi=50))
    assert len(frames) == MOST_FRAMES
    assert sum(milliseconds[:-1]) == pytest.approx(400 * 50, rel=0.1)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_film_gives_the_same_bytes(kind):
    assert animation(moving(3), kind, **SMALL) == animation(moving(3), kind, **SMALL)


def test_a_thousand_moving_dots_stay_small():
    xy = np.random.default_rng(3).uniform(-1, 2, (10, 1000, 2))
    assert len(animation(film_of(Points(xy, "model"), frames=10), "gif", width_mm=180, dpi=127)) < 400_000


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"kind": "mp4"}, "An animation is gif or webp, not mp4"),
        ({"width_mm": 39}, "The width must be 40 to 400 mm, not 39"),
        ({"dpi": 1201}, "The resolution must be 50 to 1200 dpi, not 1201"),
        ({"width_mm": 400, "dpi": 300}, "A side may have 4000 pixels, not 4724; choose fewer dpi"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(asked, words):
    with pytest.raises(ValueError, match=words):
        animation(moving(3), **asked)


def test_an_animation_that_would_fill_the_memory_is_refused():
    with pytest.raises(ValueError, match=r"100 frames of 3543 × \d+ are \d+ million pixels of 200 million"):
        animation(moving(100), width_mm=300, dpi=300)


def test_photographs_keep_their_colours_beside_noise():
    random = np.random.default_rng(0)
    noise = random.uniform(-1, 1, (5, 60, 12, 12, 3))
    last = np.zeros((1, 60, 12, 12, 3)) + random.uniform(-0.9, 0.9, (60, 1, 1, 3))
    film = gallery_film(
        [("samples", "model", np.concatenate([noise, last]), np.zeros((1, 60), bool))],
        tuple("abcdef"),
        columns=15,
        slider="",
        ends=("", ""),
        alt="",
        colormap="photo",
    )
    gif, webp = (played(animation(film, kind, **SMALL))[0][-1].astype(int) for kind in KINDS)
    apart = np.sqrt(((gif - webp) ** 2).mean(-1))[np.ptp(webp, axis=-1) > 20]  # where there is colour
    assert len(apart) > 10_000
    assert apart.mean() < 3
