"""Builds bundles of random blueprints: python -m lib.random_bundles AKCGEN FOLDER COUNT.

Blueprint number n is the same on every machine. One that akcgen refuses is passed over, unless it refuses too many.
"""

import json
import subprocess
import sys
from pathlib import Path

from lib.random_blueprint import Maker


def main(akcgen: str, folder: Path, count: int) -> int:
    built = refused = 0
    while built < count:
        blueprint = folder / f"{built + refused:03}.yaml"
        blueprint.write_text(json.dumps(Maker(built + refused).blueprint(), indent=1))
        answer = subprocess.run(
            [akcgen, "build", blueprint, "--out", blueprint.with_suffix("")], capture_output=True, text=True
        )
        if answer.returncode == 0:
            built += 1
            continue
        refused += 1
        # A refusal is a good answer to nonsense; a crash is none, and neither are refusals of almost everything.
        if answer.returncode != 1 or refused > count:
            print(f"{blueprint.name}: {answer.stderr}", file=sys.stderr)
            return 1
    print(f"{built} random blueprints built, {refused} refused")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
