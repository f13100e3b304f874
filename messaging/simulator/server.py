"""The only place where the simulator becomes a server: its application, its listening socket, its end."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from aiohttp import web

from messaging.simulator import handsets, service_api, twilio_api, twilio_json
from messaging.simulator.carrier import RefusedError
from messaging.simulator.network import Network
from messaging.simulator.twilio_api import NETWORK

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
BACKLOG = 1024


async def start(listener: socket.socket, *, state: Path | None) -> web.AppRunner:
    """Serve on a bound socket, with the texts remembered in the file `state`; `cleanup()` of the answer ends it."""
    application = web.Application(middlewares=[_speak_as_asked])
    application.add_routes([*twilio_api.routes(), *service_api.routes(), *handsets.routes()])

    async def network(application: web.Application) -> AsyncIterator[None]:
        application[NETWORK] = Network(state)
        yield
        await application[NETWORK].close()

    application.cleanup_ctx.append(network)
    # A handler ends with its caller, so that long polls and hanging answers do not outlive them.
    runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.2)
    await runner.setup()
    await web.SockSite(runner, listener, backlog=BACKLOG).start()
    return runner


def run(*, host: str, port: int, state: Path | None, announce: Callable[[str], object]) -> None:
    """Serve until SIGTERM or SIGINT; `announce` gets one line once the port is open."""
    listener = socket.create_server((host, port), backlog=BACKLOG)

    async def serve() -> None:
        ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        runner = await start(listener, state=state)
        announce(f"Carrier simulator: {address(listener)}")
        await ended.wait()
        await runner.cleanup()

    asyncio.run(serve())


def address(listener: socket.socket) -> str:
    """The base address of a server on this socket."""
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"


@web.middleware
async def _speak_as_asked(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse in Twilio's JSON on Twilio's routes, and with {"error": …} on the handsets' routes."""
    if not request.path.startswith("/simulator/"):
        return await _as_twilio(request, handler)
    try:
        handsets.refuse_strangers(request)
        return await handler(request)
    except ValueError as error:
        return web.json_response({"error": str(error)}, status=400)
    except web.HTTPException as error:
        return web.json_response({"error": error.text}, status=error.status)


async def _as_twilio(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except RefusedError as refusal:
        status, said = twilio_json.error(refusal)
    except web.HTTPNotFound:
        status, said = twilio_json.error(RefusedError(20404))
    return web.json_response(said, status=status)
