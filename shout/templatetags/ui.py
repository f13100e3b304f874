"""The only place for what templates ask of Python about looks: icons, states, form controls, where one is."""

from datetime import datetime
from functools import cache
from typing import NamedTuple

from django import forms, template
from django.conf import settings
from django.forms import BoundField
from django.template.context import Context
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from shout import phones

register = template.Library()


class Look(NamedTuple):
    """How a state is shown: daisyUI tone, icon and words, so that colour never speaks alone."""

    tone: str
    icon: str
    words: str


LOOKS = {
    # May this person be texted?
    "open": Look("badge-soft badge-success", "circle-check", "Open"),
    "stopped": Look("badge-soft badge-error", "octagon-x", "Stopped"),
    "blocked": Look("badge-soft badge-neutral", "ban", "Blocked"),
    "held": Look("badge-soft badge-warning", "circle-pause", "Held"),
    "noted": Look("badge-ghost", "info", "Noted"),
    # The life of a message.
    "queued": Look("badge-ghost", "clock", "Queued"),
    "scheduled": Look("badge-ghost", "calendar-clock", "Scheduled"),
    "sending": Look("badge-soft badge-info", "send", "Sending"),
    "sent": Look("badge-soft badge-info", "check", "Sent"),
    "delivered": Look("badge-soft badge-success", "check-check", "Delivered"),
    "undelivered": Look("badge-soft badge-error", "circle-alert", "Not delivered"),
    "failed": Look("badge-soft badge-error", "circle-x", "Failed"),
    "refused": Look("badge-soft badge-error", "octagon-x", "Refused"),
    "unknown": Look("badge-soft badge-warning", "circle-question-mark", "Being checked"),
    "unconfirmed": Look("badge-soft badge-warning", "circle-question-mark", "Unconfirmed"),
    "canceled": Look("badge-ghost", "circle-slash", "Canceled"),
    "received": Look("badge-ghost", "arrow-down-left", "Received"),
    "parked": Look("badge-soft badge-warning", "triangle-alert", "Not answered"),
    # Bots.
    "active": Look("badge-soft badge-success", "zap", "Active"),
    "paused": Look("badge-soft badge-warning", "circle-pause", "Paused"),
}

CONTROLS: list[tuple[type[forms.Widget], str]] = [
    (forms.CheckboxInput, "checkbox"),
    (forms.Textarea, "textarea w-full"),
    (forms.Select, "select w-full"),
    (forms.FileInput, "file-input w-full"),
    (forms.Widget, "input w-full"),
]


@cache
def _strokes(name: str) -> str:
    text = (settings.BASE_DIR / "templates" / "ui" / "icons" / f"{name}.svg").read_text()
    return text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]


@register.simple_tag
def icon(name: str, css: str = "size-4") -> SafeString:
    """The named lucide icon as inline SVG, hidden from screen readers: words beside it must say the same."""
    return format_html(
        '<svg class="shrink-0 {}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
        ' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{}</svg>',
        css,
        mark_safe(_strokes(name)),
    )


@register.simple_tag
def look(state: str) -> Look:
    """How a state is shown; an unknown state is a KeyError, because silence would show nothing."""
    return LOOKS[state]


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The form control of a field, dressed for its kind."""
    widget = field.field.widget
    css = next(css for kind, css in CONTROLS if isinstance(widget, kind))
    return field.as_widget(attrs={"class": f"{css} {widget.attrs.get('class', '')}".strip()})


@register.filter
def offers_choices(field: BoundField) -> bool:
    """Whether the field is shown as several checkboxes or radio buttons under one legend."""
    return isinstance(field.field.widget, forms.RadioSelect)


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether the field is one checkbox, whose label stands behind it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.simple_tag(takes_context=True)
def current(context: Context, href: str) -> SafeString:
    """The aria-current attribute of a link: "page" on that very page, "true" inside its section, else nothing."""
    request = context.get("request")
    if request is None or not request.path.startswith(href):
        return SafeString("")
    return format_html('aria-current="{}"', "page" if request.path == href else "true")


@register.filter
def initials(name: str) -> str:
    """Up to two letters for an avatar; empty for a name without letters (a phone number)."""
    words = [word for word in name.split() if word[0].isalpha()]
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()


@register.filter
def phone(e164: str) -> str:
    """A phone number as a person reads it."""
    return phones.show(e164)


@register.filter
def brief_time(at: datetime) -> str:
    """A moment as short as it stays clear: the time today, else the day too, with the year when it is another."""
    at, now = timezone.localtime(at), timezone.localtime()
    if at.date() == now.date():
        return formats.date_format(at, "g:i A")
    return formats.date_format(at, "M j, g:i A" if at.year == now.year else "M j, Y")
