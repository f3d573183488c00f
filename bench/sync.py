"""Our server and its peers given the same work in turn; medians of the rounds.

CPU is the server's own, with PostgreSQL's. Only ratios within one run mean anything.
"""

import os
import statistics
from collections.abc import Mapping

import uvloop

from bench import floor
from bench.load import Connection, load
from bench.peers import Peer
from bench.peers.empty import Empty
from bench.peers.kinto import Kinto, KintoOnPostgres
from bench.peers.ours import OurOneTeam, OurServer, OurServerOnPostgres
from bench.peers.pouch import Pouch
from bench.postgres import Cluster, Missing, cluster
from bench.workload import Workload

Figures = dict[str, float]

PEERS: Mapping[str, type[Peer]] = {
    "ours on SQLite": OurServer,
    "ours on PostgreSQL": OurServerOnPostgres,
    "ours on PostgreSQL, one team": OurOneTeam,
    "express-pouchdb, leveldb": Pouch,
    "Kinto, memory": Kinto,
    "Kinto, PostgreSQL": KintoOnPostgres,
    "empty Litestar endpoint": Empty,
}


OURS = ("ours on SQLite", "ours on PostgreSQL", "ours on PostgreSQL, one team")


class Wrong(Exception):
    """A server did not do the work, so its figures mean nothing. Kinto on PostgreSQL now and then refuses some of its
    writes; that round of it is left out. Our own servers may never."""


def measure(work: Workload, rounds: int, only: str = "") -> dict[str, object]:
    peers = {name: peer for name, peer in PEERS.items() if only in name}
    figures: dict[str, list[Figures]] = {name: [] for name in [*peers, "floor"]}
    absent: dict[str, str] = {}
    try:
        with cluster() as postgres:
            _rounds(work, rounds, peers, postgres, figures, absent)
    except Missing as reason:
        absent["PostgreSQL"] = str(reason)
        peers = {name: peer for name, peer in peers.items() if not peer.on_postgres}
        _rounds(work, rounds, peers, None, figures, absent)
    medians = {name: _middle(runs) for name, runs in figures.items() if runs}
    return {"workload": vars(work), "rounds": rounds, "peers": medians, "absent": absent}


def _rounds(
    work: Workload,
    rounds: int,
    peers: Mapping[str, type[Peer]],
    postgres: Cluster | None,
    figures: dict[str, list[Figures]],
    absent: dict[str, str],
) -> None:
    """Round the peers in turn (a b c a b c), so that a noisy minute hits all alike."""
    for turn in range(rounds):
        figures["floor"].append(floor.measure(work, postgres))
        for name, peer in peers.items():
            if name in absent:
                continue
            print(f"round {turn + 1} of {rounds}: {name} (load {os.getloadavg()[0]:.1f})", flush=True)
            try:
                figures[name].append(_once(peer(work, postgres)))
            except Missing as reason:
                absent[name] = str(reason)
            except Wrong as what:
                if name in OURS:
                    raise
                print(f"left out, {name}: {what}", flush=True)


def _once(peer: Peer) -> Figures:
    try:
        peer.start()
        return uvloop.run(_work(peer))
    finally:
        peer.stop()


async def _work(peer: Peer) -> Figures:
    connection = Connection(peer.port)
    await peer.prepare(connection)
    figures = await _push(peer)
    if peer.keeps:
        figures["stored"] = await peer.stored(connection)
        if figures["stored"] != peer.work.actions:
            raise Wrong(f"{peer.work.actions} actions were sent twice and {figures['stored']:.0f} are stored")
    figures |= await _unchanged(peer, connection)
    if peer.keeps:
        for name, gzip in (("first", False), ("first gzip", True)):
            figures |= await _first(peer, name, gzip)
    await connection.close()
    return figures


async def _push(peer: Peer) -> Figures:
    """Each device sends its whole queue, and then again, as after a lost answer."""
    requests = [peer.push(device) for device in range(peer.work.devices)]
    figures: Figures = {}
    for name, count in (("push", peer.pushed), ("again", peer.known)):
        before = peer.cpu()
        stats = await load(peer.port, requests, peer.work.concurrency)
        figures |= {
            f"{name} actions/s": peer.work.actions / stats.seconds,
            f"{name} p50 ms": stats.milliseconds(50),
            f"{name} p99 ms": stats.milliseconds(99),
            f"{name} cpu us": 1e6 * (peer.cpu() - before) / peer.work.actions,
        }
        taken = sum(map(count, stats.responses))
        if taken != peer.work.actions:
            odd = min(stats.responses, key=count)
            raise Wrong(
                f"{name}: {taken} of {peer.work.actions} actions were acknowledged; {odd.status} {odd.data[:500]!r}"
            )
    return figures


async def _unchanged(peer: Peer, connection: Connection) -> Figures:
    asked = await peer.unchanged(connection)
    requests = [asked[n % len(asked)] for n in range(peer.work.pulls)]
    before = peer.cpu()
    stats = await load(peer.port, requests, peer.work.concurrency)
    used = peer.cpu() - before
    for answer in stats.responses:
        if not peer.is_unchanged(answer):
            raise Wrong(f"no change: {answer.status} {answer.data[:500]!r}")
    return {
        "same req/s": stats.rate,
        "same p99 ms": stats.milliseconds(99),
        "same cpu us": 1e6 * used / peer.work.pulls,
        "same bytes": stats.received / peer.work.pulls,
    }


async def _first(peer: Peer, name: str, gzip: bool) -> Figures:
    before = peer.cpu()
    stats = await load(peer.port, [peer.first(gzip)] * peer.work.first_pulls, 1)
    used = peer.cpu() - before
    for answer in stats.responses:
        if (held := peer.documents(answer)) < peer.work.documents:
            raise Wrong(f"first pull: {held} documents, {answer.status} {answer.data[:500]!r}")
    return {
        f"{name} ms": stats.milliseconds(50),
        f"{name} cpu ms": 1e3 * used / peer.work.first_pulls,
        f"{name} bytes": stats.received / peer.work.first_pulls,
    }


def _middle(runs: list[Figures]) -> Figures:
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


COLUMNS = (  # heading, figure, decimals
    ("push actions/s", "push actions/s", 0),
    ("p50 ms", "push p50 ms", 0),
    ("p99 ms", "push p99 ms", 0),
    ("cpu us/action", "push cpu us", 0),
    ("again actions/s", "again actions/s", 0),
    ("stored", "stored", 0),
    ("no change req/s", "same req/s", 0),
    ("cpu us", "same cpu us", 0),
    ("bytes", "same bytes", 0),
    ("first pull ms", "first ms", 1),
    ("bytes", "first bytes", 0),
    ("gzip bytes", "first gzip bytes", 0),
)


def table(peers: Mapping[str, Figures]) -> list[list[str]]:
    rows = [["server", *(heading for heading, _, _ in COLUMNS)]]
    for name, figures in peers.items():
        if name != "floor":
            cells = [f"{figures[key]:,.{decimals}f}" if key in figures else "" for _, key, decimals in COLUMNS]
            rows.append([name, *cells])
    return rows
