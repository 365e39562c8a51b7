"""Notes written later: together, readable until then, tried again, bounded."""

import asyncio

import pytest

from api import later
from api.later import Later


class Book:
    """Where notes go; `closed` times it refuses."""

    def __init__(self) -> None:
        self.pages: list[dict[str, int]] = []
        self.closed = 0

    async def write(self, notes: dict[str, int]) -> None:
        if self.closed:
            self.closed -= 1
            raise OSError
        self.pages.append(dict(notes))


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> Book:
    monkeypatch.setattr(later, "EVERY", 0.0)
    return Book()


async def test_notes_of_a_moment_are_written_together(book: Book) -> None:
    notes = Later[str, int](book.write)
    notes.add("a", 1)
    notes.add("b", 2)
    assert (notes.get("a"), notes.get("c")) == (1, None)
    await notes.written()
    assert book.pages == [{"a": 1, "b": 2}]
    assert notes.get("a") is None
    notes.add("c", 3)
    await notes.written()
    assert book.pages[1:] == [{"c": 3}]


async def test_a_database_that_is_away_for_a_moment_loses_nothing(book: Book) -> None:
    book.closed = 2
    notes = Later[str, int](book.write)
    notes.add("a", 1)
    await notes.written()
    assert book.pages == [{"a": 1}]


async def test_one_that_stays_away_keeps_the_notes_for_the_next_turn(book: Book) -> None:
    book.closed = 3
    notes = Later[str, int](book.write)
    notes.add("a", 1)
    await notes.written()
    assert (book.pages, notes.get("a")) == ([], 1)
    notes.add("b", 2)
    await notes.written()
    assert book.pages == [{"a": 1, "b": 2}]


async def test_what_is_noted_while_others_are_written_is_not_lost(book: Book) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(notes: dict[str, int]) -> None:
        begun.set()
        await go_on.wait()
        await book.write(notes)

    notes = Later[str, int](slowly)
    notes.add("a", 1)
    await asyncio.wait_for(begun.wait(), 5)
    notes.add("a", 2)
    notes.add("b", 3)
    go_on.set()
    await asyncio.wait_for(notes.written(), 5)
    assert book.pages == [{"a": 1}, {"a": 2, "b": 3}]


async def test_the_oldest_are_given_up_when_there_are_too_many(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(later, "MOST", 3)
    notes = Later[str, int](book.write)
    for number, key in enumerate("abcd"):
        notes.add(key, number)
    await notes.written()
    assert book.pages == [{"b": 1, "c": 2, "d": 3}]
