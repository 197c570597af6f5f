"""check-jsonschema, which is not akcgen's own."""

import subprocess
import sys
from pathlib import Path


def faults_of(*arguments: str | Path) -> list[str]:
    """What it has to say, line by line; nothing where it finds no fault."""
    command = [sys.executable, "-m", "check_jsonschema", "--output-format", "text", *arguments]
    answer = subprocess.run(command, capture_output=True, text=True)
    if answer.returncode == 0:
        return []
    return [line for line in (answer.stdout + answer.stderr).splitlines() if line.strip()]
