"""The rows of the builder: what its buttons make of them, and how a removed action comes back."""

import re

import pytest
from django.http import QueryDict
from django.test import Client

from bots import forms
from bots.drafts import Draft, DraftAction
from bots.forms import Removed, Written
from shout.models import Account
from tests.bots.conftest import FORM, Form, bots, filled, page
from tests.bots.test_builder import shown_form

BODIES = ("One", "Two", "Three")
ROWS = tuple(DraftAction(kind="reply", body=body) for body in BODIES)


def after(*commands: str) -> Written:
    """Three replies after one button after the other."""
    written = Written(draft=Draft(actions=ROWS))
    for command in commands:
        written, _ = forms.edited(written, command)
    return written


def bodies(written: Written) -> list[str]:
    return [action.body for action in written.draft.actions]


@pytest.mark.parametrize("row", [0, 1, 2])
def test_a_removed_action_is_put_back_where_it_was(row: int) -> None:
    removed = after(f"remove_action:{row}")
    assert removed.removed == (Removed(row, ROWS[row]),)
    assert len(removed.draft.actions) == 2
    assert after(f"remove_action:{row}", "put_back:0") == after()


@pytest.mark.parametrize("removals", [(0, 0, 0), (2, 1, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)])
@pytest.mark.parametrize("returns", [(0, 0, 0), (2, 1, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)])
def test_actions_come_back_in_their_order_whichever_was_removed_or_put_back_first(
    removals: tuple[int, ...], returns: tuple[int, ...]
) -> None:
    gone = [f"remove_action:{row}" for row in removals]
    assert [each.action.body for each in after(*gone).removed] == list(BODIES)
    assert bodies(after(*gone, *(f"put_back:{row}" for row in returns))) == list(BODIES)


def test_an_action_comes_back_among_those_that_were_moved_and_added_meanwhile() -> None:
    changed = after("remove_action:1", "add_action:wait", "down:0", "put_back:0")
    assert bodies(changed) == ["Three", "Two", "One", ""]


def test_the_focus_goes_to_the_undo_and_then_to_the_action() -> None:
    removed, focus = forms.edited(after("remove_action:0"), "remove_action:1")
    assert focus == "put-back-2"
    assert forms.edited(removed, "put_back:1")[1] == "action-2"


@pytest.mark.parametrize("command", ["put_back:0", "put_back:-1", "put_back:x", "remove_action:3"])
def test_a_row_that_is_not_there_is_refused(command: str) -> None:
    with pytest.raises(ValueError):
        after(command)


def test_a_page_without_javascript_puts_a_removed_action_back_with_all_it_held(
    dashboard: Client, shop: Account
) -> None:
    rows: Form = {
        "kind": ["reply", "ask"],
        "target": [""] * 2,
        "new_name": [""] * 2,
        "body": ["Hello! Text STOP to opt out.", "When?\nSoon?"],
        "field": ["", "day"],
        "answer": ["any", "date"],
        "amount": ["", "2"],
        "unit": ["60", "1440"],
    }
    form = filled(FORM | rows)
    shown = page(dashboard.post("/bots/new/", form | {"do": "remove_action:1"}))
    assert "Ask a Question is removed" in shown
    [focused] = [tag for tag in re.findall("<[^>]*>", shown) if "autofocus" in tag]
    assert 'id="put-back-1"' in focused
    assert 'aria-describedby="removed-1"' in focused
    back = page(dashboard.post("/bots/new/", shown_form(shown) | {"do": "put_back:0"}))
    assert forms.written(_query(shown_form(back))) == forms.written(_query(form))
    assert dashboard.post("/bots/new/", shown_form(back)).status_code == 302


def test_what_was_removed_is_not_saved(dashboard: Client, shop: Account) -> None:
    row = DraftAction(kind="reply", body="Hello! Text STOP to opt out.")
    form = filled(FORM | {"kind": ["removed:wait", "reply"], "target": [""] * 2, "new_name": [""] * 2})
    form |= {"body": ["", row.body]}
    assert dashboard.post("/bots/new/", form).status_code == 302
    assert [draft.actions for draft in bots(shop)] == [(row,)]


def test_a_removed_kind_that_is_none_is_a_bad_request(dashboard: Client) -> None:
    assert dashboard.post("/bots/new/", filled(FORM | {"kind": ["removed:dance"]})).status_code == 400


def _query(form: Form) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, value in form.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return query
