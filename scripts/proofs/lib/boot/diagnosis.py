"""Which component is at fault when a network does not boot, and what configured it."""

import re

from lib.boot.consortium import Consortium
from lib.boot.supervisor import Container, State

SAID = 6  # lines of what was said that are shown
SHOWN = 6  # lines of a log
RECENT = 30  # complaints of a log that are asked whom they blame
WIDTH = 400  # characters of a line
COMPONENTS = 3  # that are shown; more would hide the first ones
COMPLAINT = re.compile(r'"level":"(warn|error|dpanic|panic|fatal)"|\b(WARN|ERROR|FATAL)\b|^panic:|^Error:')
# What a program says of another that it cannot work with.
BLAME = re.compile(
    r"could not dial|connection refused|i/o timeout|deadline exceeded|no route to host|certificate|handshake"
    r"|failed to start"
)


def of(consortium: Consortium, what: str, said: str) -> str:
    """What failed, with what was said about it, and the components that it may be due to."""
    lines = list(dict.fromkeys(line for line in said.splitlines() if line.strip()))
    parts = [what, *(f"  {line[:WIDTH]}" for line in lines[-SAID:])]
    for one in suspects(consortium, f"{what}\n{said}")[:COMPONENTS]:
        parts += described(consortium, one)
    return "\n".join(parts)


def suspects(consortium: Consortium, said: str) -> list[Container]:
    """First those that are named, then those that do not run or are not well, then those that are not there yet, then
    those whom the others' logs blame most. If there are none, those that complain themselves, beginning with the
    organization whose program failed."""
    containers = consortium.containers
    unwell = [one for one in containers if one.state is not State.HEALTHY and not one.ended_by_us]
    unwell.sort(key=lambda one: one.state is State.STARTING)
    named = [one for one in containers if _mentions(consortium, one, said)]
    blaming = [line for one in containers for line in _complaints(one)[-RECENT:] if BLAME.search(line)]
    blame = {one: sum(_mentions(consortium, one, line) for line in blaming) for one in containers}
    blamed = sorted((one for one in containers if blame[one]), key=lambda one: -blame[one])
    if found := list(dict.fromkeys([*named, *unwell, *blamed])):
        return found
    organization = said.partition(":")[0]
    complaining = [one for one in containers if _complaints(one)]
    return sorted(complaining, key=lambda one: not one.host.startswith(f"{organization}/"))


def described(consortium: Consortium, one: Container) -> list[str]:
    lines = one.log()
    shown = (_complaints(one) or lines)[-SHOWN:]
    file = one.configuration[0].relative_to(consortium.given.bundle)
    state = one.state.value if one.exit_code is None else f"{one.state.value}, exit code {one.exit_code}"
    return [
        f"component {one} ({state}); the end of its log:",
        *(f"    {line[:WIDTH]}" for line in shown),
        f"  configured by {file}: `akcgen explain {file}:1` names the blueprint's line",
    ]


def _mentions(consortium: Consortium, one: Container, text: str) -> bool:
    """Whether a text names a container: by where it is dialled, by its name on its host's networks, or by the package
    of chaincode that it runs."""
    marks = [*consortium.endpoints(one), str(one)]
    if text.startswith(f"{one.host.partition('/')[0]}: "):
        marks.append(f"error: {one.name}:")  # how the scripts of its organization begin
    marks += [alias for aliases in one.service.aliases.values() for alias in aliases if "." in alias]
    marks += [one.service.environment[name] for name in ("CHAINCODE_ID",) if name in one.service.environment]
    return any(mark in text for mark in marks)


def _complaints(one: Container) -> list[str]:
    return [line for line in one.log() if COMPLAINT.search(line)]
