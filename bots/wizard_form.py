"""The wizard between browser and wish: what was posted, what is suggested anew, and what the page shows of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from bots import clauses, wizard
from bots.clauses import Clause, Facts, Text
from bots.wizard import Wish
from contacts.forms.fields import NumbersField, check_name
from contacts.models import CallToAction, Number
from shout import text
from shout.models import Account

TEXTS = tuple(Text)
WORDS = ("join_word", "leave_word")
SUGGESTED = (*WORDS, *TEXTS)
PERIODS = [("day", "a day"), ("week", "a week"), ("month", "a month"), ("year", "a year")]
_WORD_LENGTH, _REPLY_LENGTH = 60, 1600
_REPLIES = {"join": Text.WELCOME, "leave": Text.GOODBYE}


def _same_for_all(said: str) -> None:
    """Refuse merge fields in what is printed."""
    if "{" in said or "}" in said:
        raise ValidationError(
            "A poster says the same to everybody: leave out { and }. Merge fields work in the welcome and the goodbye."
        )


def _line(label: str, required: str, *, longest: int, example: str = "", **more: Any) -> forms.CharField:  # noqa: ANN401
    attrs = {"autocomplete": "off"} | ({"placeholder": f"For example: {example}"} if example else {})
    widget = forms.TextInput(attrs=attrs | more.pop("attrs", {}))
    return forms.CharField(
        label=label, max_length=longest, widget=widget, error_messages={"required": required}, **more
    )


def _word(label: str, help_text: str) -> forms.CharField:
    attrs = {"autocapitalize": "characters", "spellcheck": "false", "class": "font-mono"}
    return _line(label, "Type a word that people can text.", longest=_WORD_LENGTH, help_text=help_text, attrs=attrs)


def _body(
    label: str, *, longest: int, rows: int, help_text: str, validators: Sequence[Callable[[str], None]] = ()
) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        widget=forms.Textarea(attrs={"rows": rows, "placeholder": "Written for you from the first part."}),
        help_text=help_text,
        validators=validators,
        error_messages={"required": "Write this text, or empty it and let it be written for you."},
    )


class FactsForm(forms.Form):
    """What the texts of a list are written from."""

    name = _line(
        "What is the list called?", "Give the list a name.", longest=48, example="VIP", validators=[_same_for_all]
    )
    business = _line(
        "Who are you?",
        "Name your business.",
        longest=60,
        help_text="As your customers know you.",
        validators=[_same_for_all],
    )
    what = _line(
        "What do people get?",
        "Say what people get.",
        longest=120,
        example="offers and first word on new breads",
        help_text="The texts go on from here: “You get …”.",
        validators=[_same_for_all],
    )
    times = forms.IntegerField(
        label="How many texts at most?",
        min_value=1,
        max_value=99,
        initial=4,
        error_messages={"required": "Say how many texts people get at most.", "invalid": "Type a number, like 4."},
    )
    period = forms.ChoiceField(label="In what time?", choices=PERIODS, initial="month")
    numbers = NumbersField()
    join_word = _word("Word to join", "People text it to get on the list. Short, and easy to type.")
    leave_word = _word("Word to leave", "It takes people off this list alone. STOP stops all your texts.")

    def __init__(self, data: QueryDict | None, *, account: Account) -> None:
        super().__init__(data, initial={"business": account.name})
        self.account = account
        self.fields["numbers"].queryset = account.numbers.exclude(line=Number.Line.IN_APP)  # type: ignore[attr-defined]
        self.fields["numbers"].label = "On which number?"

    def clean_name(self) -> str:
        """The name, if no other list has it."""
        name = " ".join(str(self.cleaned_data["name"]).split())
        check_name(name)
        if taken := self.account.groups.filter(name_key=text.fold(name)).first():
            raise ValidationError(f"There is a group “{taken}” already. Choose another name.")
        return name

    def facts(self) -> Facts | None:
        """What the texts are written from, once all of it is known."""
        said = self.cleaned_data
        if not all(said.get(name) for name in ("name", "business", "what", "times", "period", *WORDS)):
            return None
        return Facts(
            often=f"up to {said['times']} msg{'' if said['times'] == 1 else 's'}/{said['period']}",
            what=said["what"].rstrip(".! "),
            numbers=tuple(number.e164 for number in said.get("numbers", ())),
            **{name: said[name] for name in ("name", "business", *WORDS)},
        )


class WizardForm(FactsForm):
    """A list that people join and leave by texting."""

    welcome = _body("The welcome", longest=_REPLY_LENGTH, rows=5, help_text="Who joins gets it at once.")
    goodbye = _body("The goodbye", longest=_REPLY_LENGTH, rows=3, help_text="Who leaves gets it at once.")
    call = _body(
        "What your poster says",
        longest=CallToAction._meta.get_field("wording").max_length or 0,
        rows=5,
        help_text="Print it beside the QR code. It is kept as proof of what people agreed to.",
        validators=[_same_for_all],
    )
    shown_at = _line(
        "Where people see it",
        "Say where people see these words.",
        longest=200,
        initial="Poster in the shop, share page",
    )
    sure = forms.BooleanField(required=False, label="My texts say it in other words: make the list as it is")

    known: Facts | None = None

    def clean(self) -> dict[str, Any]:
        """Both words are free, and every text says what it has to, unless somebody is sure that it does."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        # Before a word is refused, because the texts speak of it all the same.
        self.known = self.facts()
        if not self.known:
            self._await_texts()
        for field, sentence in self._refusals():
            if field in cleaned and not self.has_error(field):
                self.add_error(field, sentence)
        if any(not is_said for kind in TEXTS for _, is_said in self.said(kind)) and not cleaned.get("sure"):
            self.add_error("sure", "Put back what the texts do not say yet, or tick this box.")
        return cleaned

    def _await_texts(self) -> None:
        """A text that is written from what is still missing is no error of its own."""
        for kind in TEXTS:
            if not self.data.get(kind, "").strip():
                self.errors.pop(kind, None)

    def _refusals(self) -> Iterator[tuple[str, str]]:
        """What keeps the two bots from being saved, by the field where it is mended."""
        wish = self.wish()
        if wish is None:
            return
        for bot, problems in wizard.problems(self.account, wish).items():
            own = {"triggers": f"{bot}_word", "numbers": "numbers", "name": "name"}
            for problem in problems:
                yield own.get(problem.field.partition(".")[0], _REPLIES[bot]), problem.sentence
        yield from wizard.misheard(wish.facts)

    def wish(self) -> Wish | None:
        """The list as it is asked for, once its facts are known."""
        said, facts = self.cleaned_data, self.facts()
        if facts is None:
            return None
        return Wish(
            facts=facts,
            numbers=tuple(number.pk for number in said.get("numbers", ())),
            shown_at=said.get("shown_at", ""),
            **{kind: said.get(kind, "") for kind in TEXTS},
        )

    def said(self, kind: Text) -> list[tuple[Clause, bool]]:
        """What a text that somebody has written has to say, and whether it does."""
        body = self.data.get(kind, "")
        return [(each, each.is_said(body)) for each in clauses.clauses(kind, self.known)] if self.known and body else []

    def forget_blanks(self) -> None:
        """Let what is not filled in yet be no error, since somebody is still at it."""
        for name, errors in list(self.errors.as_data().items()):
            kept = [error for error in errors if error.code != "required"]
            if name == "sure" or not kept:
                del self.errors[name]
            else:
                self.errors[name] = self.error_class(kept)


def blank(account: Account) -> WizardForm:
    """The form as it opens: on the marketing numbers, or the first there is."""
    form = WizardForm(None, account=account)
    marketing = account.numbers.filter(kind=Number.Kind.MARKETING).values_list("pk", flat=True)
    form.initial["numbers"] = list(marketing or account.numbers.values_list("pk", flat=True)[:1])
    return form


def read(post: QueryDict, account: Account) -> tuple[WizardForm, bool]:
    """The posted form with whatever still is as it was suggested suggested anew, and whether that changed anything.

    Each suggestion comes with what it was before (`welcome_was`), so that nothing is lost that somebody has written.
    """
    data = post.copy()
    for name in (f"{name}{end}" for name in SUGGESTED for end in ("", "_was")):
        data[name] = text.clean(data.get(name, "")).replace("\r\n", "\n").strip()
    before = [data[name] for name in SUGGESTED]
    _suggest(data, "join_word", wizard.join_word(data.get("name", "")))
    _suggest(data, "leave_word", wizard.leave_word(str(data["join_word"])))
    if facts := _facts(data, account):
        for kind in TEXTS:
            _suggest(data, kind, clauses.write(kind, facts))
    return WizardForm(data, account=account), before != [data[name] for name in SUGGESTED]


def put_back(post: QueryDict, what: str, *, account: Account) -> QueryDict:
    """The posted form with a clause back in its text; `what` is like welcome:rates. ValueError if there is no such."""
    kind, _, clause_id = what.partition(":")
    data, facts = post.copy(), _facts(post, account)
    if facts:
        try:
            data[kind] = clauses.put_back(Text(kind), data.get(kind, ""), clause_id, facts=facts)
        except KeyError as error:
            raise ValueError(f"A {kind} needs no {clause_id}") from error
    return data


def _facts(data: QueryDict, account: Account) -> Facts | None:
    form = FactsForm(data, account=account)
    form.full_clean()
    return form.facts()


def _suggest(data: QueryDict, name: str, suggestion: str) -> None:
    if data[name] in ("", data[f"{name}_was"]):
        data[name] = suggestion
    data[f"{name}_was"] = suggestion


@dataclass(frozen=True)
class Piece:
    """A field that is suggested, on the page: `was` is the suggestion, `clauses` what a text has to say and says."""

    field: forms.BoundField
    was: str
    clauses: list[tuple[Clause, bool]]

    @property
    def missing(self) -> bool:
        """Whether the text lacks something."""
        return not all(is_said for _, is_said in self.clauses)

    @property
    def is_reply(self) -> bool:
        """Whether it leaves as a text, and so has segments."""
        return self.field.name in (Text.WELCOME, Text.GOODBYE)


def pieces(form: WizardForm) -> dict[str, Piece]:
    """The suggested fields by name."""
    return {
        name: Piece(form[name], form.data.get(f"{name}_was", ""), form.said(Text(name)) if name in TEXTS else [])
        for name in SUGGESTED
    }
