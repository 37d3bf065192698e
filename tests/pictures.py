"""What is on a picture that was drawn."""

from __future__ import annotations

import io

from matplotlib import image


def pixels(picture: bytes, colour: str, size: tuple[int, int]) -> int:
    """How many have this colour, of a picture that is so wide and so high."""
    drawn = image.imread(io.BytesIO(picture), format="png")
    assert drawn.shape[1::-1] == size
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return int(((drawn[..., :3] * 255).round() == wanted).all(axis=-1).sum())
