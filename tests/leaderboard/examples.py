"""The methods of one's own that come with the explorer."""

from pathlib import Path

import explorer.leaderboard.examples as shipped

FOLDER = Path(shipped.__file__).parent
EXAMPLES = tuple(sorted(path for path in FOLDER.glob("*.py") if path.stem != "__init__"))
LAST_JUMP, LOOK_AHEAD = FOLDER / "last_jump.py", FOLDER / "look_ahead.py"
