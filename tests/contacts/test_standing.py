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


def test_an_opt_out_taken_back_is_as_if_it_had_not_been() -> None:
    assert after((Kind.OPTED_OUT, OFFERS), (Kind.WITHDRAWN, OFFERS), number=NEWS, scope=Scope.ACCOUNT) == Standing()


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
