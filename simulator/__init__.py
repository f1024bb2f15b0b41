"""A Spotify that needs no internet: accounts service and Web API, with limits and moods.

with simulator.running(seed=7, listeners=["steady"]) as server:
    server.world.clock.advance(hours=3)
    server.world.add_mood("rate_limited", "recently_played", times=1)
    run_a_job(environ=server.environ())
    assert ledger == server.world.heard()
"""

from simulator.server import SimulatedServer, running
from simulator.world import World, WorldSettings

__all__ = ["SimulatedServer", "World", "WorldSettings", "running"]
