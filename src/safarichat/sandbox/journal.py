"""Keeps the world across restarts: memory is the truth, SQLite follows at most 200 ms behind, in a thread."""

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Generic

import msgspec

from safarichat.sandbox.things import T

log = logging.getLogger("safarichat.sandbox")

FLUSH_EVERY_S = 0.1
ENCODE = msgspec.json.Encoder().encode
SCHEMA = """
create table if not exists things (
    seq integer primary key, kind text not null, id text not null, body blob not null, unique (kind, id)
);
"""
KEEP = """
insert into things (kind, id, body) values (?, ?, ?)
on conflict (kind, id) do update set body = excluded.body
"""
DROP = "delete from things where kind = ? and id = ?"

Rows = tuple[list[tuple[str, str, bytes]], list[tuple[str, str]]]


class Shelf(Generic[T]):
    """All things of one kind, by id, in the order they came. Whoever changes a thing puts it back."""

    def __init__(self, kind: type[T]) -> None:
        self.kind = kind
        self.things: dict[str, T] = {}
        self.changed: dict[str, None] = {}

    def put(self, thing: T) -> T:
        self.things[thing.id] = thing
        self.changed[thing.id] = None
        return thing

    def drop(self, id: str) -> None:
        if self.things.pop(id, None) is not None:
            self.changed[id] = None

    def get(self, id: str) -> T | None:
        return self.things.get(id)

    def __iter__(self) -> Iterator[T]:
        return iter(list(self.things.values()))

    def __len__(self) -> int:
        return len(self.things)

    def take_changes(self) -> Rows:
        name, changed, self.changed = self.kind.__name__, self.changed, {}
        kept = [(name, id, ENCODE(self.things[id])) for id in changed if id in self.things]
        return kept, [(name, id) for id in changed if id not in self.things]


class Journal:
    """The file. `shelves` are filled by `load` and watched from then on."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.db = self._open()
        self.shelves: list[Shelf[Any]] = []
        self.stopping = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    def shelf(self, kind: type[T]) -> Shelf[T]:
        shelf = Shelf(kind)
        self.shelves.append(shelf)
        return shelf

    def load(self) -> None:
        """A world kept by another version of the sandbox, in a shape we can't read, is set aside."""
        try:
            self._read()
        except msgspec.ValidationError as error:
            log.warning("the kept world can't be read and is set aside: %s", error)
            self.db.close()
            self.path.replace(self.path.with_suffix(".old"))
            for shelf in self.shelves:
                shelf.things.clear()
            self.db = self._open()
            self._read()

    def _read(self) -> None:
        by_name = {shelf.kind.__name__: shelf for shelf in self.shelves}
        self.db.executescript("pragma journal_mode = wal; pragma synchronous = normal;" + SCHEMA)
        for kind, id, body in self.db.execute("select kind, id, body from things order by seq"):
            if (shelf := by_name.get(kind)) is not None:
                shelf.things[id] = msgspec.json.decode(body, type=shelf.kind)

    def start(self) -> None:
        self.stopping.clear()
        self.task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        self.stopping.set()
        if self.task is not None:
            await self.task
        self._write(self._take())
        self.db.close()

    async def _follow(self) -> None:
        while not self.stopping.is_set():
            rows = self._take()
            if rows[0] or rows[1]:
                await asyncio.to_thread(self._write, rows)
            try:
                await asyncio.wait_for(self.stopping.wait(), FLUSH_EVERY_S)
            except TimeoutError:
                continue

    def _open(self) -> sqlite3.Connection:
        # Used by one thread at a time: load, then the follower's batches one after another, then stop.
        return sqlite3.connect(self.path, timeout=10, check_same_thread=False)

    def _take(self) -> Rows:
        taken = [shelf.take_changes() for shelf in self.shelves]
        return [row for kept, _ in taken for row in kept], [row for _, dropped in taken for row in dropped]

    def _write(self, rows: Rows) -> None:
        with self.db:
            self.db.executemany(KEEP, rows[0])
            self.db.executemany(DROP, rows[1])
