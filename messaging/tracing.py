"""What became of a text that came in, in words: the only place that reads traces to people (B8)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from bots import fitting
from bots.fitting import Fit
from bots.models import Action, Run, WebhookCall
from bots.playbook import playbook
from contacts import wording
from messaging.models import Message
from messaging.open_runs import OpenRuns
from messaging.timeline import TextLine, text_lines
from shout.models import Account

# In the order in which a text is asked; each with the outcome that ends it there.
_QUESTIONS = {
    "universal": "Is it STOP, START or HELP, which every number obeys?",
    "phrase": "Is it a request to stop in other words?",
    "blocked": "Is the sender blocked?",
    "answer": "Is a bot waiting for their answer?",
    "whole": "Is the whole text the word of a bot?",
    "first": "Is its first word the word of a bot?",
    "contains": "Does it contain the word of a bot?",
}
# Why a run ended before its last step.
_SHORT = {
    "withheld": "The question was withheld, so the bot waits for no answer and the rest is not done.",
    "opted_out": "They have stopped the number, so the rest is not done.",
    "blocked": "They are blocked, so the rest is not done.",
    "list": "They have left a list it puts people on, or joined one it takes them off, so the rest is not done.",
    "not_listening": "The bot no longer listened on this number, so the rest was not done.",
    "again": "They texted the bot again, which began anew, so the rest is not done.",
    "deaf": "The bot does not listen on this number now. If it still does not by then, the rest is not done.",
    "gone": "A group or tag that it names was deleted meanwhile, so the rest is not done.",
    "undelivered": "The question did not reach them, so the bot waits for no answer and the rest is not done.",
    "replaced": "Another bot asked them something, so the question was closed.",
    "timed_out": "No answer came in time, so the question was closed.",
    "failed": "Shout could not go on with it, so the rest was not done.",
}
_UNIVERSAL = {
    "stop": "STOP: they get nothing more from {number}. No bot is asked.",
    "start": "START: {number} may text them. No bot is asked.",
    "help": "HELP: they are told who texts them. No bot is asked.",
}


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that was asked of a text; `state` is yes, no, or skipped when something before it decided."""

    words: str
    state: str


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that was done, with the page of what it was done to, if there is one."""

    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """What came of a text after a wait, and when; `ended` says why no more came of it, or is empty."""

    at: datetime
    deeds: Sequence[Deed]
    withheld: int
    limit: str
    ended: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What a text was compared with, what was asked of it in order, and all that came of it."""

    text: Message
    compared: str
    ended: str
    questions: Sequence[Question]
    fits: Sequence[Fit]
    deeds: Sequence[Deed]
    replies: Sequence[TextLine]
    withheld: int
    limit: str
    stopped_short: str
    later: Sequence[Later]
    calls: Sequence[WebhookCall]
    goes_on_at: datetime | None
    goes_on_with: Sequence[str]
    is_question: bool


def read(text: Message) -> Trace:
    """The trace of an inbound text, read whole: it says what happened then; only `fits` are the bots of today."""
    account, trace = text.account, text.trace
    run = _run(text)
    ends_by = _ends_by(account, run) if run and run.next_at else ""
    goes_on = None if ends_by and ends_by != "deaf" else run
    replies = account.messages.filter(inbound_id=text.pk).order_by("position")
    compared = trace.get("compared", "")
    return Trace(
        text=text,
        compared=compared,
        ended=_ended(text),
        questions=list(_questions(trace)),
        fits=fitting.fits(account, compared, text.number) if compared else [],
        deeds=list(_deeds(account, trace)),
        replies=list(text_lines(list(replies.select_related("number", "run__bot", "broadcast", "sent_by")))),
        withheld=trace.get("withheld", 0),
        limit=trace.get("limit") or "",
        stopped_short=_SHORT.get(trace.get("ended") or ends_by, ""),
        later=[_later(account, told) for told in trace.get("later", [])],
        calls=list(account.webhook_calls.filter(run=run, text_id=text.pk)) if run else [],
        goes_on_at=goes_on.next_at if goes_on else None,
        goes_on_with=[Action.Kind(step["kind"]).label for step in goes_on.rest] if goes_on else [],
        is_question=bool(goes_on and goes_on.state == Run.State.ASKING),
    )


def _run(text: Message) -> Run | None:
    """The run that the text began, or that it gave an answer to."""
    account, bot_id = text.account, text.trace.get("bot_id")
    if text.trace.get("outcome") != "answer":
        return account.runs.filter(inbound_id=text.pk).first()
    if reply := account.messages.filter(inbound_id=text.pk).exclude(run=None).select_related("run").first():
        return reply.run
    asked = account.runs.filter(bot_id=bot_id, number=text.number, phone=text.phone, ran_at__lte=text.settled_at)
    return asked.order_by("-ran_at").first()


def _ends_by(account: Account, run: Run) -> str:
    """What, as things stand now, ends an open run as soon as anybody texts or its time has come; else empty."""
    # Nothing asks before that: whether the question arrived, for instance, is settled where nobody knows of runs.
    open_runs = OpenRuns(account, playbook(account), {(run.number_id, run.phone)})
    live = open_runs.run(run.pk)
    why = open_runs.ended_by(live) if live else ""
    return "deaf" if why == "not_listening" else why


def _questions(trace: dict[str, Any]) -> Iterable[Question]:
    end = _end(trace)
    state = "no" if end != "nothing" else "skipped"
    for name, words in _QUESTIONS.items():
        yield Question(words, "yes" if name == end else state)
        state = "skipped" if name == end else state


def _end(trace: dict[str, Any]) -> str:
    """The question that decided; `nothing` when none was asked, and empty when none decided."""
    match trace.get("outcome"):
        case None | "parked":
            return "nothing"
        case "phrase" | "review":
            return "phrase"
        case "bot":
            return str(trace["match"])
        case "overtaken":
            return "whole" if "bot" in trace else "phrase" if "rule" in trace else "universal"
        case "no_match":
            return ""
        case outcome:
            return str(outcome)


def _ended(text: Message) -> str:
    """In one sentence, what became of it."""
    trace, number = text.trace, text.number.label
    why = wording.explanation(trace.get("rule", ""))
    why = f" ({why})" if why else ""
    match trace.get("outcome"):
        case None:
            return "It has just come in. Nothing has been done about it yet."
        case "parked":
            return "Shout could not act on it, so nothing was done and nothing was answered."
        case "universal":
            return _UNIVERSAL[trace["word"]].format(number=number)
        case "phrase":
            return f"It was read as a request to stop{why}: they get nothing more from {number}. No bot is asked."
        case "review":
            return f"It may be a request to stop{why}: marketing is held until somebody decides. No bot is asked."
        case "blocked":
            return "They are blocked, so nothing was done and nothing was answered."
        case "overtaken":
            return "It came late, and they have said something else since, so nothing was changed."
        case "answer":
            return _answered(trace)
        case "bot":
            how = {"whole": "the whole text is", "first": "the first word is", "contains": "the text contains"}
            return f"The bot “{trace['bot']}” answered, because {how[trace['match']]} its word “{trace['word']}”."
    return f"No bot that listens on {number} has a word that it fits, so nothing was done."


def _answered(trace: dict[str, Any]) -> str:
    asked = f"The bot “{trace['bot']}” had asked for {trace['field']}"
    if trace["was_read"]:
        is_new = any(kind == "set" and field == trace["field"] for kind, _, field, _ in trace["changes"])
        return f"{asked}, and this was the answer{'' if is_new else ', which was known already'}."
    if trace["state"] == Run.State.ASKING:
        return f"{asked}, and could not read this as an answer, so it asked again."
    return f"{asked}, and could not read this as an answer either, so the question is closed."


def _later(account: Account, told: dict[str, Any]) -> Later:
    return Later(
        at=datetime.fromisoformat(told["at"]),
        deeds=list(_deeds(account, told)),
        withheld=told.get("withheld", 0),
        limit=told.get("limit") or "",
        ended=_SHORT.get(told.get("ended", ""), ""),
    )


def _deeds(account: Account, trace: dict[str, Any]) -> Iterable[Deed]:
    changes = trace.get("changes", [])
    groups = account.groups.in_bulk([pk for kind, pk, *_ in changes if kind in ("joined", "left")])
    tags = account.tags.in_bulk([pk for kind, pk, *_ in changes if kind in ("tagged", "untagged")])
    for kind, pk, field, value in changes:
        if kind == "set":
            yield Deed(f"{field} set to “{value}”" if value else f"{field} emptied")
        elif kind in ("joined", "left"):
            name = f"the group {groups[pk].name}" if pk in groups else "a group that is gone now"
            url = reverse("contacts:group_detail", args=[pk]) if pk in groups else ""
            yield Deed(f"{'Added to' if kind == 'joined' else 'Taken off'} {name}", url)
        else:
            name = f"the tag {tags[pk].name}" if pk in tags else "a tag that is gone now"
            yield Deed(f"{'Given' if kind == 'tagged' else 'Lost'} {name}")
    for kind, body in trace.get("told", []):
        yield Deed(f"{'Handed over to you' if kind == Action.Kind.HAND_OVER else 'You were told'}: {body}")
