"""Past texts through a draft: the only place that says what another set of words would have answered (B9)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bots.drafts import Draft
from bots.drafts.rivals import rivals
from bots.matching import Matcher, Rule
from bots.models import Bot
from messaging.models import Message
from shout.models import Account
from shout.text import normalise

TEXTS = 500
EXAMPLES = 25
# A draft counts as the youngest bot: where nothing else decides, the one that was there first answers.
_DRAFT_ID = 2**63
# What ends a text before any bot is asked for its words.
_UNASKED = frozenset({"universal", "blocked", "answer", "phrase", "review"})


@dataclass(frozen=True, slots=True)
class Example:
    """A past text that the draft would answer, or would no longer answer, with who answered it then."""

    text: Message
    then: str
    word: str
    is_gained: bool
    is_lost: bool


@dataclass(frozen=True, slots=True)
class Replay:
    """What a draft would make of past texts; `then` counts who answered before those that it would answer now."""

    looked_at: int
    answered: int
    gained: int
    lost: int
    then: Sequence[tuple[str, int]]
    examples: Sequence[Example]


def replay(*, account: Account, draft: Draft, bot: Bot | None = None) -> Replay:
    """The latest texts to the draft's numbers, compared with its words as if it were active, and with its rivals'.

    `bot` is the one that the draft would replace. Nothing is written and nothing is sent.
    """
    texts = account.messages.filter(direction=Message.Direction.INBOUND).order_by("-created_at")
    if draft.numbers is not None:
        texts = texts.filter(number__in=draft.numbers)
    latest = list(texts.select_related("number", "contact")[:TEXTS])
    words = {each.key: each.word for each in draft.triggers}
    found = list(_compared(latest, _matcher(account, draft, bot), words, own_id=bot.pk if bot else _DRAFT_ID))
    mine = [example for example in found if not example.is_lost]
    return Replay(
        looked_at=len(latest),
        answered=len(mine),
        gained=sum(example.is_gained for example in found),
        lost=sum(example.is_lost for example in found),
        then=Counter(example.then for example in mine).most_common(),
        examples=sorted(found, key=lambda example: not (example.is_gained or example.is_lost))[:EXAMPLES],
    )


def _matcher(account: Account, draft: Draft, bot: Bot | None) -> Matcher:
    own_id, numbers = bot.pk if bot else _DRAFT_ID, None if draft.numbers is None else frozenset(draft.numbers)
    own = [Rule(own_id, each.key, each.match, numbers) for each in draft.triggers if each.key]
    return Matcher([*own, *(rival.rule for rival in rivals(account, draft, bot))])


def _compared(
    texts: Sequence[Message], matcher: Matcher, words: Mapping[str, str], *, own_id: int
) -> Iterator[Example]:
    for text in texts:
        was_mine = text.trace.get("outcome") == "bot" and text.trace.get("bot_id") == own_id
        is_asked = text.trace.get("outcome") not in _UNASKED
        rule = matcher.find(normalise(text.body), text.number_id) if is_asked else None
        is_mine = rule is not None and rule.bot_id == own_id
        if is_mine or was_mine:
            word = words[rule.word_key] if rule and is_mine else ""
            yield Example(text, _then(text), word, is_mine and not was_mine, was_mine and not is_mine)


def _then(text: Message) -> str:
    return f"The bot “{text.trace['bot']}”" if text.trace.get("outcome") == "bot" else "Nobody"
