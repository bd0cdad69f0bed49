"""Why diffusion models hallucinate: distributions with exact truths, small models, and what lies between."""

import os

# libgomp's threads otherwise spin at every barrier, which halves the speed as soon as a browser runs beside
# the training. It is read once, when torch loads the library, so it has to be said before that.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
