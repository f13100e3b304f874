"""What templates of every room ask about a text as it will leave."""

import unicodedata
from typing import Any

from django import template

from messaging import segments
from messaging.forms import LONGEST

register = template.Library()

_NAMED = 3


@register.inclusion_tag("messaging/_segments.html", name="segments")
def counted(body: str) -> dict[str, Any]:
    """How many segments a text takes, what is left of its room, and the characters that make segments short."""
    found, left = segments.count(body), LONGEST - len(body)
    return {
        "counted": found,
        "left": left,
        "over": -left,
        "forcing": [(char, unicodedata.name(char, f"U+{ord(char):04X}").lower()) for char in found.forcing[:_NAMED]],
        "more": len(found.forcing[_NAMED:]),
    }
