"""What a bot does with a person: its actions in order, and nothing else (B5, P10)."""

from hypothesis import given
from hypothesis import strategies as st

from bots import engine
from bots.engine import Change, Person, Response, Said, Step
from bots.models import Action, Bot, BotNumber, Trigger
from bots.playbook import playbook
from contacts.models import Group, Number, Tag
from shout.models import Account
from tests import build

Kind = Action.Kind


def assign(group: int) -> Step:
    return Step(Kind.ASSIGN_GROUP, group_id=group)


def remove(group: int) -> Step:
    return Step(Kind.REMOVE_FROM_GROUP, group_id=group)


def label(tag: int) -> Step:
    return Step(Kind.ADD_TAG, tag_id=tag)


def unlabel(tag: int) -> Step:
    return Step(Kind.REMOVE_TAG, tag_id=tag)


def say(body: str) -> Step:
    return Step(Kind.REPLY, body=body)


def respond(person: Person, *steps: Step, leave_tags: dict[int, frozenset[int]] | None = None) -> Response:
    """What a bot of these steps does."""
    return engine.respond(steps, person, leave_tags or {})


def test_several_of_each_action_are_carried_out_in_the_listed_order() -> None:
    person = Person(groups={30}, tags={3})
    done = respond(
        person, assign(10), say("One"), label(1), remove(30), assign(20), label(2), unlabel(3), say("Two"), say("Three")
    )
    assert done.replies == [Said("One"), Said("Two"), Said("Three")]
    assert [(change.kind, change.id) for change in done.changes] == [
        ("joined", 10),
        ("tagged", 1),
        ("left", 30),
        ("joined", 20),
        ("tagged", 2),
        ("untagged", 3),
    ]
    assert (person.groups, person.tags) == ({10, 20}, {1, 2})


def test_the_last_word_on_a_group_counts() -> None:
    person = Person()
    assert [change.kind for change in respond(person, assign(1), remove(1), assign(1)).changes] == [
        "joined",
        "left",
        "joined",
    ]
    assert person.groups == {1}


def test_what_is_so_already_is_no_change_but_is_answered() -> None:
    done = respond(Person(groups={1}, tags={2}), assign(1), label(2), remove(9), unlabel(9), say("Welcome"))
    assert (done.changes, done.replies) == ([], [Said("Welcome")])


def test_a_second_text_starts_where_the_first_one_ended() -> None:
    person = Person()
    respond(person, assign(1))
    assert respond(person, assign(1), remove(1)).changes == [Change("left", 1)]


def test_who_comes_back_is_no_longer_one_who_left() -> None:
    person = Person(tags={7, 8})
    done = respond(person, assign(1), leave_tags={1: frozenset({7}), 2: frozenset({8})})
    assert done.changes == [Change("joined", 1), Change("untagged", 7)]
    assert person.tags == {8}


def test_a_tag_that_the_bot_itself_adds_is_not_taken_off_again() -> None:
    person = Person()
    respond(person, label(7), assign(1), leave_tags={1: frozenset({7})})
    assert (person.groups, person.tags) == ({1}, {7})


STEPS = st.lists(
    st.builds(assign, st.integers(1, 3))
    | st.builds(remove, st.integers(1, 3))
    | st.builds(label, st.integers(1, 3))
    | st.builds(unlabel, st.integers(1, 3))
)


@given(STEPS, st.sets(st.integers(1, 3)), st.sets(st.integers(1, 3)))
def test_the_changes_lead_from_what_was_to_what_is(steps: list[Step], groups: set[int], tags: set[int]) -> None:
    person = Person(set(groups), set(tags))
    for change in respond(person, *steps).changes:
        held = groups if change.kind in ("joined", "left") else tags
        if change.kind in ("joined", "tagged"):
            assert change.id not in held
            held.add(change.id)
        else:
            held.remove(change.id)
    assert (person.groups, person.tags) == (groups, tags)


def bot(account: Account, word: str, *actions: Group | Tag | str, leaving: bool = False, **fields: object) -> Bot:
    """A bot of `account` that puts on lists, labels and replies, or takes off the lists."""
    made = Bot.objects.create(account=account, name=word, **fields)
    Trigger.objects.create(account=account, bot=made, word=word)
    for position, what in enumerate(actions):
        if isinstance(what, Group):
            kind, values = Kind.REMOVE_FROM_GROUP if leaving else Kind.ASSIGN_GROUP, {"group": what}
        else:
            kind, values = (Kind.ADD_TAG, {"tag": what}) if isinstance(what, Tag) else (Kind.REPLY, {"body": what})
        Action.objects.create(account=account, bot=made, position=position, kind=kind, **values)
    return made


def test_the_playbook_holds_the_active_bots_and_what_leaving_each_list_is_labelled(account: Account) -> None:
    group, tag = build.group(account), build.tag(account)
    joins = bot(account, "JOIN", group, "Welcome")
    leaves = bot(account, "NOVIP", group, tag, "Bye", leaving=True)
    bot(account, "OLD", group, status=Bot.Status.PAUSED)
    book = playbook(account)
    assert set(book.steps) == set(book.names) == {joins.pk, leaves.pk}
    assert book.leave_tags == {group.pk: frozenset({tag.pk})}
    assert book.matcher.find("old", 1) is None
    found = book.matcher.find("novip", 1)
    assert found is not None
    person = Person(groups={group.pk})
    assert engine.respond(book.steps[found.bot_id], person, book.leave_tags).replies == [Said("Bye")]
    assert (person.groups, person.tags) == (set(), {tag.pk})


def test_a_bot_of_chosen_numbers_listens_on_those_alone(account: Account, marketing: Number, service: Number) -> None:
    chosen = bot(account, "JOIN", "Welcome", on_all_numbers=False)
    BotNumber.objects.create(account=account, bot=chosen, number=marketing)
    matcher = playbook(account).matcher
    assert matcher.find("join", marketing.pk) is not None
    assert matcher.find("join", service.pk) is None
