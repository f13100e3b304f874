"""What bots ought to have done: a model as plain as the rules themselves (B2, B5, P10)."""

import re
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Bot:
    """A trigger word of plain letters and digits, the number it is for (None: all), and actions as REST takes them."""

    word: str
    match: str
    number: str | None
    actions: list[dict[str, Any]]

    def fits(self, number: str, words: list[str]) -> bool:
        """Whether a text of these words starts it."""
        if self.number not in (None, number):
            return False
        if self.match == "contains":
            return self.word in words
        return words[:1] == [self.word] if self.match == "first" else words == [self.word]


@dataclass
class Ought:
    """One person, as their texts so far ought to have left them."""

    bots: list[Bot]
    groups: set[int] = field(default_factory=set)
    tags: set[int] = field(default_factory=set)
    fields: dict[str, str] = field(default_factory=dict)
    replies: list[str] = field(default_factory=list)
    asked: dict[str, tuple[list[dict[str, Any]], int]] = field(default_factory=dict)

    def after(self, texts: list[tuple[str, str]]) -> "Ought":
        """The person after these texts."""
        for number, body in texts:
            if number in self.asked:
                self._answer(number, body)
                continue
            words = re.findall(r"\w+", body.lower())
            for match in ("whole", "first", "contains"):
                fitting = [bot for bot in self.bots if bot.match == match and bot.fits(number, words)]
                if fitting:
                    self._do(number, fitting[0].actions)
                    break
        return self

    def _answer(self, number: str, body: str) -> None:
        actions, tries = self.asked.pop(number)
        if body.isdecimal():
            self.fields[actions[0]["field"]] = body
            self._do(number, actions[1:])
        elif tries < 2:
            self.replies.append(actions[0]["again"])
            self.asked[number] = actions, tries + 1

    def _do(self, number: str, actions: list[dict[str, Any]]) -> None:
        added = {action["tag"] for action in actions if action["kind"] == "add_tag"}
        for at, action in enumerate(actions):
            match action["kind"]:
                case "assign_group":
                    if action["group"] not in self.groups:
                        self.tags -= self._leave_tags(action["group"]) - added
                    self.groups.add(action["group"])
                case "remove_from_group":
                    self.groups.discard(action["group"])
                case "add_tag":
                    self.tags.add(action["tag"])
                case "remove_tag":
                    self.tags.discard(action["tag"])
                case "set_field":
                    self.fields[action["field"]] = self._filled(action["value"])
                case "reply":
                    self.replies.append(self._filled(action["body"]))
                case "ask":
                    self.replies.append(action["body"])
                    self.asked[number] = actions[at:], 0
                    return

    def _leave_tags(self, group: int) -> set[int]:
        leaving = [bot for bot in self.bots if {"kind": "remove_from_group", "group": group} in bot.actions]
        return {action["tag"] for bot in leaving for action in bot.actions if action["kind"] == "add_tag"}

    def _filled(self, body: str) -> str:
        def value(found: re.Match[str]) -> str:
            name, _, default = found[1].partition("|")
            return self.fields.get(name.strip(), "") or default.partition('"')[2].partition('"')[0]

        return re.sub(r"{{(.*?)}}", value, body)
