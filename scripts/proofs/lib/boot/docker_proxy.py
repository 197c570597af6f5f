"""What Docker's userland proxy does: it takes what the host itself and its own containers send to a published port.

docker_proxy.py ADDRESS PORT CONTAINER INNER …
"""

import asyncio
import sys

AT_ONCE = 1 << 16  # bytes


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(AT_ONCE):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()


async def publish(address: str, port: int, container: str, inner: int) -> asyncio.Server:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection(container, inner)
        except OSError:
            writer.close()
            return
        await asyncio.gather(copy(reader, inner_writer), copy(inner_reader, writer))
        inner_writer.close()
        writer.close()

    return await asyncio.start_server(serve, address, port)


async def main() -> None:
    rows = list(zip(*[iter(sys.argv[1:])] * 4, strict=True))
    servers = [await publish(address, int(port), container, int(inner)) for address, port, container, inner in rows]
    await asyncio.gather(*(server.serve_forever() for server in servers))


asyncio.run(main())
