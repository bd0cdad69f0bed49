"""The compact binary message that carries a film to the player."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.figures.film.codes import AMOUNT_STEPS, MOST_STEPS, Blocks, encode_levels
from explorer.figures.film.film import Film, Panel, Reading
from explorer.figures.film.layers import Arrows, Axis, HeatMap, Judged, Layer, Lines, Points, Regions
from explorer.figures.palette import INK, PALETTE

Array = NDArray[Any]

LARGEST_MESSAGE = 4_000_000  # bytes
_READING = [each.name for each in fields(Reading)]


def pack(film: Film) -> bytes:
    """The film as one message: [u32 header length][JSON header padded to a multiple of 8][blocks].

    Coordinates are int16 (error at most the axis's range / 65534, clamped one range from its middle), heat
    maps uint8 (error at most (high - low) / 508); see codes.py. Blocks lie at
    multiples of 8.
    Raises ValueError above LARGEST_MESSAGE bytes.
    """
    blocks = Blocks()
    words = {each.name: getattr(film, each.name) for each in fields(film) if each.name != "panels"}
    words["readings"] = [{name: getattr(one, name) for name in _READING} for one in film.readings]
    panels = [_describe_panel(panel, blocks) for panel in film.panels]
    message = blocks.behind(words | {"palette": PALETTE, "ink": INK, "panels": panels})
    if len(message) > LARGEST_MESSAGE:
        raise ValueError(f"The film takes {len(message) / 1e6:.1f} MB of 4 MB; send fewer frames or points.")
    return message


def _describe_panel(panel: Panel, blocks: Blocks) -> dict[str, Any]:
    words = {name: getattr(panel, name) for name in ("title", "title_colour", "equal", "cursor", "scrub")}
    layers = []
    for layer in panel.layers:
        fields = {name: getattr(layer, name) for name in layer.__slots__}
        if isinstance(layer, HeatMap):
            fields |= {"below": layer.reaches_below, "above": layer.reaches_above}
        places = {name: blocks.add(codes) for name, codes in _encode_layer(layer, panel.x, panel.y).items()}
        layers.append({"kind": type(layer).__name__} | fields | places)
    return words | {"x": asdict(panel.x), "y": asdict(panel.y), "layers": layers}


def _encode_layer(layer: Layer, x: Axis, y: Axis) -> dict[str, Array]:
    """The arrays of a layer as codes, each with a leading axis of frames."""

    def pairs(values: Array, x: Axis = x, y: Axis = y) -> Array:
        return np.stack([x.encode(values[..., 0]), y.encode(values[..., 1])], axis=-1)

    match layer:
        case Lines():
            lines = {"x": x.encode(np.atleast_2d(layer.x)), "y": y.encode(layer.y)}
            return lines | _categories(layer)
        case Points():
            return {"xy": pairs(layer.xy)} | _categories(layer)
        case Judged():
            return {
                "xy": pairs(layer.xy[None]),
                "level": layer.level[None].astype("<i2"),
                "hallucinated": layer.hallucinated[None].astype(np.uint8),
            }
        case Arrows():
            reach = [Axis((a.low - a.high) / 2, (a.high - a.low) / 2) for a in (x, y)]  # around 0
            return {"xy": pairs(layer.xy[None]), "uv": pairs(layer.uv, *reach)}
        case Regions():
            codes = {"values": layer.values.astype(np.uint8)}
            if layer.amount is not None:
                tenths = np.nan_to_num(AMOUNT_STEPS * layer.amount, nan=np.inf)
                codes["amount"] = np.clip(np.rint(tenths), 0, MOST_STEPS).astype(np.uint8)
            return codes
        case HeatMap():
            return {"values": encode_levels(layer.values, layer.low, layer.high)}
    return {}


def _categories(layer: Lines | Points) -> dict[str, Array]:
    return {} if layer.category is None else {"category": np.array(layer.category, np.uint8, ndmin=2)}
