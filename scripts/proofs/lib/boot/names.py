"""Who is who: the names that a container finds, as its /etc/hosts, since no name server runs here."""

from collections.abc import Iterable
from pathlib import Path

from lib.boot.service import Service
from lib.site import Site


def published_names(sites: Iterable[Site]) -> dict[str, str]:
    """The addresses of the names in the zones that the organizations publish: everybody's name server knows them."""
    found = {}
    for site in sites:
        for file in sorted((site.folder / "zones").glob("*.zone")):
            found |= _of_zone(file)
    return found


def _of_zone(file: Path) -> dict[str, str]:
    rows = [line.split() for line in file.read_text().splitlines() if not line.startswith((";", "$"))]
    return {f"{row[0]}.{file.stem}": row[3] for row in rows if row[1:3] == ["IN", "A"]}


def hosts_file(service: Service, neighbours: dict[str, str], names: dict[str, str]) -> str:
    """What Docker would find, in its order: `extra_hosts` first, then services of the same networks, then the world."""
    found = {"localhost": "127.0.0.1"}
    for name, address in service.hosts:
        found.setdefault(name, address)
    return written({**names, **neighbours, **found})


def written(names: dict[str, str]) -> str:
    return "".join(f"{address} {name}\n" for name, address in names.items())
