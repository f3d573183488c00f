"""Where the project is, and where a measurement may write."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VAR = Path(os.environ.get("VAR_DIR", ROOT / "var")).resolve()
RESULTS = VAR / "bench"
PEERS = VAR / "bench-peers"
