"""Tables of reasoned exceptions. One that nothing needs any more is a fault, so that the tables only shrink."""

from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from lib.errors import Broken


class Exceptions:
    """Rows of a table; every key but `reason` is a pattern that a finding must match."""

    def __init__(self, file: Path):
        self._file = file
        self._rows = yaml.safe_load(file.read_text())["exceptions"] or []
        self._used: set[int] = set()
        for number, row in enumerate(self._rows, 1):
            if not str(row.get("reason", "")).strip():
                raise Broken(f"{file}: exception {number} gives no reason")

    def excuse(self, **finding: str) -> bool:
        """Whether a row excuses a finding; wildcards are those of a shell."""
        matching = {
            number
            for number, row in enumerate(self._rows)
            if all(fnmatchcase(finding[key], pattern) for key, pattern in row.items() if key != "reason")
        }
        self._used |= matching
        return bool(matching)

    def unused(self) -> list[str]:
        """Faults for the rows that nothing needed since the last time this was asked."""
        idle = [row for number, row in enumerate(self._rows) if number not in self._used]
        patterns = [" ".join(f"{key}={value!r}" for key, value in row.items() if key != "reason") for row in idle]
        self._used.clear()
        return [f"{self._file.name}: nothing needs the exception {pattern}: remove it" for pattern in patterns]
