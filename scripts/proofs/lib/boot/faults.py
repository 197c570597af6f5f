"""What may befall the nodes of a channel. Whatever it is, nothing that was written may be lost."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from lib.boot.administrator import Refused
from lib.boot.ledger import Channel, Lost
from lib.boot.supervisor import Container

Step = Callable[[str], None]  # tells what was seen
NO_LEADER_WITHIN = 60  # seconds
ALL_WELL_WITHIN = 180  # seconds, in which brokers wait for ZooKeeper to forget the ones that they were
# By component, with what it ends when it is asked to, where that is not 0: Fabric CA knows no signal, and Java says so.
ENDS_WITH = {"ca": 2, "kafka": 143, "zookeeper": 143}


@dataclass(frozen=True)
class Consensus:
    """How orderers agree."""

    quorum: Callable[[int], int]  # how many of so many must be there
    leader_steps_down: bool  # one without a quorum knows it
    refusal: str  # what is said of a transaction that cannot be ordered


CONSENSUS = {
    "raft": Consensus(lambda number: number // 2 + 1, True, "SERVICE_UNAVAILABLE"),
    # The orderers take transactions and keep them until there is a quorum.
    "kafka": Consensus(lambda _: 1, False, "SERVICE_UNAVAILABLE"),
    "bft": Consensus(lambda number: math.ceil((number + (number - 1) // 3 + 1) / 2), False, "timed out"),
}


class Ordeal:
    """A channel that one fault after the other befalls."""

    def __init__(self, channel: Channel, tell: Step):
        self.channel, self.tell = channel, tell
        self.consensus = CONSENSUS[channel.consortium.given.consensus]
        self.supervisor = channel.consortium.supervisor
        self.written: dict[str, str] = {}

    def write(self, key: str, limit: float = 60) -> float:
        """Tries to write a key until it is committed, and checks that all peers have all that was ever written."""
        self.written[key] = f"value of {key}"
        took = self.channel.put_at_last(key, self.written[key], limit)
        self.check(f"after {key}")
        return took

    def check(self, when: str) -> int:
        """All running nodes have the same blocks, and every peer all that was written. Gives the height."""
        height = self.channel.settled()
        tips = self.channel.tips()
        if len(set(tips.values())) != 1:
            raise Lost(f"{when}: the peers' ledgers differ: {tips}")
        for peer in self.channel.consortium.running(self.channel.peers):
            for key, value in self.written.items():
                if (found := self.channel.query(["get", key], peer)) != value:
                    raise Lost(f"{when}: {peer} holds {found!r} for {key}, not {value!r}")
        return height

    def faults(self) -> list[Callable[[], None]]:
        return [self.follower_killed, self.leader_killed, self.majority_gone, self.everything_killed]

    def follower_killed(self) -> None:
        leader = self._leader()
        self._one_killed(next(orderer for orderer in self.channel.orderers if orderer != leader), "an orderer")

    def leader_killed(self) -> None:
        self._one_killed(self._leader(), "the leader")

    def _one_killed(self, orderer: str, what: str) -> None:
        self.channel.consortium.at(orderer).kill()
        took = self.write(f"{what.replace(' ', '-')}-killed")
        self.tell(f"{what} killed ({orderer}): commits again after {took:.1f} s")
        self._start_again([orderer])

    def majority_gone(self) -> None:
        """With fewer than a quorum nothing is ordered, and with one everything goes on."""
        orderers = self.channel.orderers
        gone = orderers[: len(orderers) - self.consensus.quorum(len(orderers)) + 1]
        height = self.channel.settled()
        for orderer in gone:
            self.channel.consortium.at(orderer).kill()
        if self.consensus.leader_steps_down:
            # Until it knows that it is alone, the leader takes transactions and keeps them until the others are back.
            self.supervisor.wait_for("no orderer leads", lambda: self.channel.leader() is None, NO_LEADER_WITHIN)
        left = self.channel.consortium.running(orderers)[0]
        try:
            self.channel.invoke(["put", "refused", "nothing"], left)
        except Refused as reason:
            if self.consensus.refusal not in reason.said:
                raise Lost(f"no quorum: {left} does not refuse with {self.consensus.refusal}", reason.said) from reason
        else:
            raise Lost(f"no quorum, and {left} had a transaction ordered")
        if self.check("without a quorum") != height:
            raise Lost("no quorum, and a block was written")
        self.tell(f"{len(gone)} of {len(orderers)} orderers killed: refused ({self.consensus.refusal}), nothing lost")
        self._start_again(gone)
        self.tell(f"they are back: commits again after {self.write('quorum-back'):.1f} s")

    def everything_killed(self) -> None:
        height, tips = self.channel.settled(), self.channel.tips()
        containers = self.channel.consortium.containers
        for one in containers:
            one.kill()
        self.supervisor.start(containers)
        took = self.supervisor.await_health(containers, ALL_WELL_WITHIN)
        if (found := self.check("after a restart of everything")) != height or self.channel.tips() != tips:
            raise Lost(f"everything was killed: the ledgers had {height} blocks and have {found}")
        took += self.write("everything-back")
        self.tell(f"everything killed and started: the ledgers are what they were, commits after {took:.1f} s")

    def stopped(self) -> None:
        """All are asked to end, as Compose asks them, and do so in time and well."""
        containers = self.channel.consortium.containers
        # A broker says goodbye to ZooKeeper, and an orderer to a broker.
        last = {"kafka": 1, "zookeeper": 2}
        for turn in (0, 1, 2):
            self.supervisor.stop([one for one in containers if last.get(one.component, 0) == turn])
        bad = {str(one): one.exit_code for one in containers if one.exit_code != ENDS_WITH.get(one.component, 0)}
        if bad:
            raise Lost(f"stopped, these do not end well: {bad}")
        self.tell(f"stopped: {len(containers)} containers end well and in time")

    def _leader(self) -> str:
        self.supervisor.wait_for("a leader of the orderers", lambda: self.channel.leader() is not None, 60)
        return self.channel.leader()

    def _start_again(self, orderers: list[str]) -> None:
        """Starts orderers that were killed and waits until they have what the others have."""
        for orderer in orderers:
            self.channel.consortium.at(orderer).start()
        if not self.consensus.leader_steps_down:
            self.write(f"{len(self.written)}-after-a-start")  # such a one learns what it lacks from what is new
        self.channel.settled()


class KafkaOrdeal(Ordeal):
    """Orderers do not agree among each other: brokers do it for them."""

    def faults(self) -> list[Callable[[], None]]:
        return [self.orderer_killed, self.broker_killed, self.brokers_gone, self.everything_killed]

    def orderer_killed(self) -> None:
        self._one_killed(self.channel.orderers[0], "an orderer")

    def broker_killed(self) -> None:
        """One after the other, so that the leader of the channel's partition is among them."""
        times = []
        for broker in self._brokers():
            broker.kill()
            times.append(self.write(f"{broker.name}-killed"))
            self._start(broker)
        self.tell(f"each of {len(times)} brokers killed: commits again after {max(times):.1f} s at most")

    def brokers_gone(self) -> None:
        """With one broker, fewer than must be in sync, nothing is ordered."""
        height, gone = self.channel.settled(), self._brokers()[1:]
        for broker in gone:
            broker.kill()
        try:
            self.channel.invoke(["put", "refused", "nothing"], self.channel.orderers[0])
        except Refused as reason:
            if self.consensus.refusal not in reason.said:
                raise Lost(f"one broker is left: not refused with {self.consensus.refusal}", reason.said) from reason
        else:
            raise Lost("one broker is left, and a transaction was ordered")
        if self.check("with one broker") != height:
            raise Lost("one broker is left, and a block was written")
        self.tell(f"{len(gone)} brokers killed: refused ({self.consensus.refusal}), nothing lost")
        self._start(*gone)
        self.tell(f"they are back: commits again after {self.write('brokers-back'):.1f} s")

    def _brokers(self) -> list[Container]:
        return [one for one in self.channel.consortium.containers if one.component == "kafka"]

    def _start(self, *brokers: Container) -> None:
        for broker in brokers:
            broker.start()
        self.supervisor.await_health(list(brokers), ALL_WELL_WITHIN)

    def _start_again(self, orderers: list[str]) -> None:
        for orderer in orderers:
            self.channel.consortium.at(orderer).start()
        self.channel.settled()
