"""Starts containers, asks for their health and starts them anew, as their Compose services declare."""

import signal
import subprocess
import time
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from lib.boot import container
from lib.boot.container import Surroundings
from lib.boot.service import Service
from lib.errors import Broken
from lib.programs import wait_for

# Docker waits before it starts a container anew, twice as long each time, until one has lived for ten seconds.
FIRST_PAUSE, LONGEST_PAUSE, LONG_LIFE = 0.1, 60.0, 10.0
# Until a container is well it is asked more often than it declares: nobody wants to wait for the next full interval.
IMPATIENCE = 0.25
# A container that never lived long and had so many short lives never will.
HOPELESS = 4
KILLED_WITHIN = 10  # seconds


class State(Enum):
    STARTING, HEALTHY, UNHEALTHY, WAITING, ENDED = "starting", "healthy", "unhealthy", "to be started anew", "ended"


@dataclass(eq=False)
class Container:
    """A service on a host, running or not."""

    host: str  # <organization>/<host>
    service: Service
    where: Surroundings
    configuration: list[Path]  # the files of the bundle that say what it does, the most telling first
    process: subprocess.Popen | None = None
    state: State = State.ENDED
    short_lives: int = 0  # one after the other
    has_lived: bool = False  # long enough to be one that can
    exit_code: int | None = None
    ended_by_us: bool = False
    _started: float = 0.0
    _again_at: float = 0.0
    _pause: float = FIRST_PAUSE
    _probe: subprocess.Popen | None = None
    _probe_at: float = 0.0
    _probe_ends: float = 0.0
    _failures: int = 0

    def __str__(self) -> str:
        return f"{self.service.name} on {self.host}"

    @property
    def name(self) -> str:
        return self.service.name

    @property
    def component(self) -> str:
        """What it is: a peer, an orderer, a chaincode server."""
        return self.service.declared["labels"]["akcgen.io/component"]

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        self.ended_by_us, self.exit_code, self._failures = False, None, 0
        self._started = self._probe_at = time.monotonic()
        self.state = State.STARTING
        self.process = container.start(self.service, self.where)

    def kill(self) -> None:
        """A power cut. It is not started anew until somebody says so, as after `docker kill`."""
        self._ask(signal.SIGKILL)
        if self.process is not None:
            self.exit_code = self.process.wait(KILLED_WITHIN)
        self.state = State.ENDED

    def ask_to_stop(self) -> None:
        self._ask(signal.SIGTERM)

    def await_end(self) -> None:
        """Kills it when the time is over that it declares, as `docker stop` does."""
        try:
            self.exit_code = self.process.wait(self.service.grace)
        except subprocess.TimeoutExpired:
            self.kill()
        self.state = State.ENDED

    def _ask(self, number: int) -> None:
        self.ended_by_us = self.has_lived = True
        # The first process of a container ends when all others of it are buried.
        self._forget_probe()
        if self.is_running:
            self.process.send_signal(number)

    def tick(self) -> None:
        """Sees what has come of it."""
        now = time.monotonic()
        if self.is_running:
            self._ask_health(now)
        elif self.state is State.WAITING:
            if now >= self._again_at:
                self.start()
        elif self.state is not State.ENDED:
            self._note_end(now)

    def _note_end(self, now: float) -> None:
        self.exit_code = self.process.returncode
        self._forget_probe()
        if self.ended_by_us or not self.service.restarts:
            self.state = State.ENDED
            return
        if now - self._started > LONG_LIFE:
            self.short_lives, self._pause, self.has_lived = 0, FIRST_PAUSE, True
        else:
            self.short_lives += 1
        self.state, self._again_at = State.WAITING, now + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def _ask_health(self, now: float) -> None:
        health = self.service.health
        if health is None:
            self.state = State.HEALTHY
        elif self._probe is None:
            if now >= self._probe_at:
                self._start_probe(now)
        elif self._probe.poll() is not None:
            self._note_health(now, self._probe.returncode == 0)
        elif now >= self._probe_ends:
            self._probe.kill()
            self._probe.wait()
            self._note_health(now, False)

    def _start_probe(self, now: float) -> None:
        health = self.service.health
        try:
            self._probe = container.run(self.service, self.where, self.process.pid, health.command)
            self._probe_ends = now + health.timeout
        except Broken:  # nothing can be started in a container that is ending
            self._note_health(now, False)

    def _note_health(self, now: float, is_well: bool) -> None:
        health = self.service.health
        self._probe = None
        if is_well:
            self._failures, self.state = 0, State.HEALTHY
        elif self.state is State.HEALTHY or now - self._started > health.start_period:
            self._failures += 1
            if self._failures >= health.retries:
                self.state = State.UNHEALTHY
        self._probe_at = now + (health.interval if self.state is State.HEALTHY else IMPATIENCE)

    def _forget_probe(self) -> None:
        if self._probe is not None:
            self._probe.kill()
            self._probe.wait()
            self._probe = None

    def log(self) -> list[str]:
        return self.where.log.read_text(errors="replace").splitlines() if self.where.log.exists() else []


class Hopeless(Broken):
    """A container that cannot be started."""

    def __init__(self, lost: Container):
        super().__init__(f"{lost}: ends with {lost.exit_code} each time it is started")
        self.container = lost


class Supervisor:
    """All containers of all hosts. Whoever waits for something lets it tick."""

    def __init__(self, containers: list[Container]):
        self.containers = containers

    def tick(self) -> None:
        for one in self.containers:
            one.tick()
            if one.short_lives >= HOPELESS and not one.has_lived:
                raise Hopeless(one)

    def wait_for(self, what: str, condition, limit: float) -> float:
        """Returns as soon as the condition holds, with the seconds that it took."""
        start = time.monotonic()
        wait_for(what, condition, self.tick, limit)
        return time.monotonic() - start

    def start(self, some: list[Container]) -> None:
        """Starts containers, each as soon as those are well that it waits for."""
        waiting = list(some)
        while waiting:
            ready = [one for one in waiting if self._may_start(one)]
            for one in ready:
                one.start()
            waiting = [one for one in waiting if one not in ready]
            if waiting:
                first = waiting[0]
                self.wait_for(f"{first}: what it depends on", lambda first=first: self._may_start(first), 60)

    def _may_start(self, one: Container) -> bool:
        neighbours = {other.name: other for other in self.containers if self._share_project(one, other)}
        return all(neighbours[name].state is State.HEALTHY for name in one.service.waits_for)

    @staticmethod
    def _share_project(one: Container, other: Container) -> bool:
        return (one.host, one.service.project) == (other.host, other.service.project)

    def await_health(self, some: list[Container], limit: float) -> float:
        return self.wait_for("healthy containers", lambda: all(one.state is State.HEALTHY for one in some), limit)

    def run(self, process: subprocess.Popen, what: str, limit: float) -> int:
        """Waits for a program that somebody else started, while the containers go on."""
        try:
            self.wait_for(what, lambda: process.poll() is not None, limit)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        return process.returncode

    def stop(self, some: list[Container]) -> None:
        """Asks all of them at once, and waits for each as long as it declares."""
        for one in some:
            one.ask_to_stop()
        for one in some:
            one.await_end()
