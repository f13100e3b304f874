"""What keeps a bot's actions from being saved (B4, B5)."""

import re
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from bots import calls, merging
from bots.drafts.draft import GROUP_KINDS, TAG_KINDS, Draft, DraftAction, Problem, refuse
from bots.models import Action
from contacts import bulk
from contacts.own_fields import OWN_FIELDS, fits
from shout import text
from shout.models import Account

Kind = Action.Kind
NAME_LENGTH = 60
NAME_KEY_LENGTH = 120
REPLY_LENGTH = merging.LONGEST
AGAIN_LENGTH = 480
VALUE_LENGTH = 500
MOST_MINUTES = 60 * 24 * 90
MOST_MEDIA = 10
# What else the REST API calls by name of a contact.
_TAKEN = frozenset({"id", "notes", "fields", "groups", "tags", "created_at", "notice"})


def actions(account: Account, draft: Draft) -> Iterator[Problem]:
    """Whether every action has what it needs, from this account."""
    wanted = [action.group for action in draft.actions], [action.tag for action in draft.actions]
    groups = set(account.groups.filter(pk__in=filter(None, wanted[0])).values_list("pk", flat=True))
    tags = set(account.tags.filter(pk__in=filter(None, wanted[1])).values_list("pk", flat=True))
    known = _known_fields(draft)
    for row, action in enumerate(draft.actions):
        at = f"actions.{row}"
        if action.kind in GROUP_KINDS:
            yield from _named(f"{at}.group", "group", action.group, action=action, known=groups)
        elif action.kind in TAG_KINDS:
            yield from _named(f"{at}.tag", "tag", action.tag, action=action, known=tags)
        elif action.kind in Kind.values:
            yield from _plain(at, action, known)
        else:
            yield refuse(f"{at}.kind", f"Choose one of: {', '.join(Kind.values)}.")


def _known_fields(draft: Draft) -> frozenset[str]:
    """What merge fields may name: what every contact has, what some have, and what this bot itself sets."""
    set_here = {action.field.strip() for action in draft.actions if action.kind in (Kind.SET_FIELD, Kind.ASK)}
    says = any("{{" in f"{action.body}{action.value}{action.again}" for action in draft.actions)
    return frozenset({*merging.BUILT_IN, *set_here, *(bulk.custom_fields() if says else ())})


def _plain(at: str, action: DraftAction, known: Collection[str]) -> Iterator[Problem]:
    match action.kind:
        case Kind.REPLY:
            yield from _text(f"{at}.body", action.body, known, or_media=bool(action.media))
            yield from _media(f"{at}.media", action)
        case Kind.ASK:
            yield from _text(f"{at}.body", action.body, known)
            yield from _field(f"{at}.field", action.field)
            yield from _question(at, action, known)
        case Kind.SET_FIELD:
            yield from _field(f"{at}.field", action.field)
            if len(action.value) > VALUE_LENGTH:
                yield refuse(f"{at}.value", f"A value has at most {VALUE_LENGTH} characters.")
            yield from _merge_fields(f"{at}.value", action.value, known)
            yield from _value(f"{at}.value", action)
        case Kind.WAIT:
            yield from _minutes(f"{at}.minutes", action.minutes, needed=True)
        case Kind.NOTIFY | Kind.HAND_OVER:
            yield from _text(f"{at}.body", action.body, known)
        case Kind.CALL:
            yield from _url(f"{at}.url", action.url)


def _question(at: str, action: DraftAction, known: Collection[str]) -> Iterator[Problem]:
    if action.answer not in Action.Answer.values:
        yield refuse(f"{at}.answer", f"Choose one of: {', '.join(Action.Answer.values)}.")
    if action.field.strip() == "email" and action.answer != Action.Answer.EMAIL:
        yield refuse(f"{at}.answer", "The answer becomes their e-mail address, so ask for an e-mail address.")
    if action.field.strip() == "postal_code" and action.answer != Action.Answer.ZIP:
        yield refuse(f"{at}.answer", "The answer becomes their ZIP code, so ask for a ZIP code.")
    if len(action.again) > AGAIN_LENGTH:
        yield refuse(f"{at}.again", f"A “try again” text has at most {AGAIN_LENGTH} characters.")
    yield from _merge_fields(f"{at}.again", action.again, known)
    yield from _minutes(f"{at}.minutes", action.minutes, needed=False)


def _named(field: str, noun: str, pk: int | None, *, action: DraftAction, known: set[int]) -> Iterator[Problem]:
    if pk is not None:
        if pk not in known:
            yield refuse(field, f"This {noun} does not exist. Choose another.")
    elif action.new_name is None:
        yield refuse(field, f"Choose a {noun} for this action.")
    elif not text.fold(action.new_name):
        yield refuse(field, f"Type the name of the new {noun}.")
    elif len(action.new_name) > NAME_LENGTH or len(text.fold(action.new_name)) > NAME_KEY_LENGTH:
        yield refuse(field, f"The name of a {noun} has at most {NAME_LENGTH} characters.")


def _text(field: str, body: str, known: Collection[str], *, or_media: bool = False) -> Iterator[Problem]:
    if not body.strip() and not or_media:
        yield refuse(field, "Type the text that people get.")
    elif len(body) > REPLY_LENGTH:
        yield refuse(field, f"A text has at most {REPLY_LENGTH:,} characters; this one has {len(body):,}.")
    else:
        yield from _merge_fields(field, body, known)


def _merge_fields(field: str, body: str, known: Collection[str]) -> Iterator[Problem]:
    try:
        unknown = merging.unknown(body, known)
    except merging.Unreadable as error:
        yield refuse(field, str(error))
        return
    if unknown:
        names = ", ".join(merging.BUILT_IN)
        yield refuse(field, f"No contact has a field “{unknown[0]}”. There are {names}, and your own custom fields.")


def _field(at: str, name: str) -> Iterator[Problem]:
    if not name.strip():
        yield refuse(at, "Name the field that is set, for example birthday.")
    elif len(name) > NAME_LENGTH or not name.strip().isprintable() or any(mark in name for mark in '{}|"“”'):
        yield refuse(
            at, f"The name of a field has at most {NAME_LENGTH} characters, without braces, quotes and line breaks."
        )
    elif (plain := re.sub("[ -]", "_", text.fold(name))) in ("phone", "name"):
        yield refuse(at, "A phone number and a whole name are not set by a bot. Choose first_name or last_name.")
    elif plain in _TAKEN:
        yield refuse(at, f"“{plain}” is something else that Shout knows of a contact. Choose another name.")
    elif plain in OWN_FIELDS and plain != name.strip():
        yield refuse(at, f"Every contact has this field already. Write it {plain}.")


def _value(at: str, action: DraftAction) -> Iterator[Problem]:
    """Whether a value with no merge field fits its field; with one, that is seen when it is set."""
    name, value = action.field.strip(), action.value.strip()
    if "{{" in value or fits(name, value):
        return
    if name == "email" and len(value) <= OWN_FIELDS[name]:
        yield refuse(at, "Enter a whole e-mail address, like ana@example.com.")
    else:
        yield refuse(at, f"{name} has at most {OWN_FIELDS[name]} characters.")


def _minutes(at: str, minutes: int | None, *, needed: bool) -> Iterator[Problem]:
    if minutes is None and not needed:
        return
    if minutes is None or not 1 <= minutes <= MOST_MINUTES:
        yield refuse(at, "Choose from one minute to 90 days.")


def _media(at: str, action: DraftAction) -> Iterator[Problem]:
    if len(action.media) > MOST_MEDIA:
        yield refuse(at, f"A text carries at most {MOST_MEDIA} pictures.")
    for address in action.media:
        yield from _url(at, address)


def _url(at: str, address: str) -> Iterator[Problem]:
    try:
        parts = urlsplit(address.strip())
        host = parts.hostname if parts.scheme in ("http", "https") and not parts.username else None
    except ValueError:
        host = None
    if not host or len(address) > VALUE_LENGTH:
        yield refuse(at, "Enter a whole address, like https://example.com/hook, without a password in it.")
    elif not calls.may_be_public(host):
        yield refuse(at, f"{host} is this machine or a private network. Enter an address on the public internet.")
