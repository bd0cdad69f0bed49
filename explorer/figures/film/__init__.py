"""Films: frames of layers over fixed axes, which the player plays, and the message that carries them."""
