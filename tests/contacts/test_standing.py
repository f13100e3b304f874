"""The fold over the ledger's lines: what they add up to for one phone and one number."""

from collections.abc import Sequence

import pytest

from contacts.models import ConsentEvent, ScopePolicy
from contacts.standing import Standing, standing

Kind, Scope = ConsentEvent.Kind, ScopePolicy.Scope
OFFERS, NEWS, DESK = 1, 2, 3
KINDS = {OFFERS: "marketing", NEWS: "marketing", DESK: "customer_service"}


def after(*said: tuple[str, int | None], number: int = OFFERS, scope: str = Scope.NUMBER) -> Standing:
    """The standing after (kind, number) were said one after another."""
    lines: Sequence[ConsentEvent] = [
        ConsentEvent(seq=seq, kind=kind, number_ref=of) for seq, (kind, of) in enumerate(said, start=1)
    ]
    return standing(lines, number_id=number, kinds=KINDS, scope=scope)


def test_nothing_said_closes_nothing() -> None:
    assert after() == Standing()


def test_a_stop_closes_its_own_number_by_its_line() -> None:
    said = after((Kind.OPTED_OUT, OFFERS))
    assert (said.refusal, said.is_stopped, said.line and said.line.seq) == ("opted_out", True, 1)


@pytest.mark.parametrize(
    ("scope", "closed"),
    [(Scope.NUMBER, [OFFERS]), (Scope.PURPOSE, [OFFERS, NEWS]), (Scope.ACCOUNT, [OFFERS, NEWS, DESK])],
)
def test_a_stop_reaches_as_far_as_the_scope(scope: str, closed: list[int]) -> None:
    stop = (Kind.OPTED_OUT, OFFERS)
    assert [number for number in KINDS if after(stop, number=number, scope=scope).refusal] == closed


def test_a_start_opens_its_number_and_leaves_the_others_closed_that_a_wider_scope_closes() -> None:
    said = (Kind.OPTED_OUT, OFFERS), (Kind.OPTED_IN, OFFERS)
    assert after(*said, scope=Scope.ACCOUNT).refusal is None
    assert after(*said, number=DESK, scope=Scope.ACCOUNT).refusal == "opted_out"


def test_who_has_asked_for_a_number_since_is_not_closed_by_an_earlier_stop_of_another() -> None:
    said = [(Kind.OPTED_OUT, OFFERS), (Kind.OPTED_IN, DESK)]
    assert after(*said, number=DESK, scope=Scope.ACCOUNT).refusal is None
    assert after(*said, (Kind.OPTED_OUT, OFFERS), number=DESK, scope=Scope.ACCOUNT).refusal == "opted_out"


@pytest.mark.parametrize("number", [OFFERS, NEWS])
def test_an_opt_out_taken_back_closes_nothing_by_the_line_that_took_it_back(number: int) -> None:
    said = after((Kind.OPTED_OUT, OFFERS), (Kind.WITHDRAWN, OFFERS), number=number, scope=Scope.ACCOUNT)
    assert (said.refusal, said.is_stopped, said.line and said.line.seq) == (None, False, 2)


STOP, START = (Kind.OPTED_OUT, OFFERS), (Kind.OPTED_IN, OFFERS)
BLOCKED, UNBLOCKED = (Kind.BLOCKED, None), (Kind.UNBLOCKED, None)
HELD, RELEASED = (Kind.HELD, OFFERS), (Kind.RELEASED, OFFERS)


@pytest.mark.parametrize(
    ("said", "by"),
    [
        ([STOP, START], 2),
        ([START], 1),
        ([STOP, START, START, (Kind.JOINED, None)], 3),
        ([BLOCKED, UNBLOCKED], 2),
        ([STOP, START, BLOCKED, UNBLOCKED], 4),
        ([BLOCKED, STOP, START, UNBLOCKED], 4),
        ([STOP, BLOCKED, UNBLOCKED, START], 4),
        ([HELD, RELEASED], 2),
        ([HELD, START], 2),
        ([UNBLOCKED], 1),
    ],
)
def test_an_open_number_names_the_line_that_opened_it(said: list[tuple[str, int | None]], by: int) -> None:
    found = after(*said)
    assert (found.refusal, found.is_held, found.line and found.line.seq) == (None, False, by)


@pytest.mark.parametrize("said", [[], [(Kind.JOINED, None)], [(Kind.OPTED_OUT, DESK), (Kind.OPTED_IN, DESK)]])
def test_a_number_that_nothing_has_closed_names_no_line(said: list[tuple[str, int | None]]) -> None:
    assert after(*said) == Standing()


def test_a_hold_of_another_number_within_reach_ends_by_the_line_that_ended_it() -> None:
    found = after(HELD, RELEASED, number=NEWS, scope=Scope.ACCOUNT)
    assert (found.is_held, found.line and found.line.seq) == (False, 2)


@pytest.mark.parametrize("end", [Kind.RELEASED, Kind.OPTED_IN])
def test_a_hold_lasts_until_it_is_ended(end: str) -> None:
    held = after((Kind.HELD, OFFERS))
    assert (held.is_held, held.refusal, held.line and held.line.seq) == (True, None, 1)
    assert not after((Kind.HELD, OFFERS), (end, OFFERS)).is_held


def test_a_hold_ends_in_the_opt_out_that_it_was_about() -> None:
    said = after((Kind.HELD, OFFERS), (Kind.OPTED_OUT, OFFERS))
    assert (said.is_held, said.refusal) == (False, "opted_out")


def test_a_block_closes_every_number_and_hides_no_opt_out() -> None:
    said = [(Kind.OPTED_OUT, OFFERS), (Kind.BLOCKED, None)]
    assert [after(*said, number=number).refusal for number in KINDS] == ["blocked"] * 3
    assert after(*said).is_stopped
    assert [after(*said, (Kind.UNBLOCKED, None), number=number).refusal for number in KINDS] == [
        "opted_out",
        None,
        None,
    ]


def test_lists_close_nothing() -> None:
    assert after((Kind.JOINED, None), (Kind.LEFT, None)) == Standing()
