"""What clients do with a channel beside small transactions."""

import json

from lib.boot.administrator import Refused
from lib.boot.ledger import Channel, Lost

ROOM = 64 * 2**10  # bytes of a transaction beside the value that it writes: signatures, certificates, names
ROWS = 3
SPREAD_WITHIN = 30  # seconds in which peers have private data of others


class Uses:
    """One channel."""

    def __init__(self, channel: Channel):
        self.channel = channel
        self.orderer = channel.orderers[0]

    def large(self) -> str:
        """A transaction just below the limit of a batch is committed, one just above it is refused."""
        fitting, excessive = self.channel.largest - ROOM, self.channel.largest + ROOM
        self.channel.invoke(["fill", "large", str(fitting)], self.orderer)
        self.channel.settled()
        for peer in self.channel.peers:
            if (found := len(self.channel.query(["get", "large"], peer))) != fitting:
                raise Lost(f"{peer} holds {found} bytes of a value of {fitting}")
        try:
            self.channel.invoke(["fill", "excessive", str(excessive)], self.orderer)
        except Refused as reason:
            if "maximum allowed" not in reason.said:
                raise
        else:
            raise Lost(f"{self.orderer}: a transaction of more than {excessive} bytes was ordered")
        return f"a transaction of {fitting} bytes is committed, one of {excessive} is refused"

    def private(self) -> str:
        """Private data reach every peer of the collection's members, and no block."""
        for collection in self.channel.collections:
            value = f"secret of {collection}"
            self.channel.invoke(["putPrivate", collection, "private"], self.orderer, {"value": value})
            for peer in self.channel.peers:
                self.channel.consortium.supervisor.wait_for(
                    f"{peer}: private data of {collection}",
                    lambda peer=peer, collection=collection, value=value: self._private(collection, peer) == value,
                    SPREAD_WITHIN,
                )
        return f"private data of {', '.join(self.channel.collections)} are at every peer"

    def rich(self) -> str:
        """Every peer finds documents by what they hold."""
        for number in range(ROWS):
            row = {"kind": "row", "size": number}
            self.channel.invoke(["put", f"row{number}", json.dumps(row)], self.orderer)
        self.channel.settled()
        wanted = " ".join(f"row{number}" for number in range(1, ROWS))
        selector = json.dumps({"selector": {"kind": "row", "size": {"$gt": 0}}})
        for peer in self.channel.peers:
            if (found := self.channel.query(["query", selector], peer)) != wanted:
                raise Lost(f"{peer} finds {found!r} by a rich query, not {wanted!r}")
        return f"a rich query finds {ROWS - 1} of {ROWS} documents at every peer"

    def _private(self, collection: str, peer: str) -> str | None:
        try:
            return self.channel.query(["getPrivate", collection, "private"], peer)
        except Refused:
            return None
