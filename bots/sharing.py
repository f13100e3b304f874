"""How people find a bot's word: the only place that makes share links, links that open a phone's composer, QR codes."""

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import quote

import qrcode
from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.html import format_html
from django.utils.safestring import SafeString
from qrcode.constants import ERROR_CORRECT_M

from bots.models import Action, Bot, Trigger
from contacts.models import Group, Number

KEY = r"[0-9]{1,18}-[0-9]{1,18}-[0-9]{1,18}-[\w-]{12}"
_SIGNED_BYTES = 9
# What a scanner needs to tell the code from what stands around it, in modules.
_QUIET_ZONE = 4
_PIXELS_OF_A_MODULE = 24


@dataclass(frozen=True)
class Way:
    """One word on one number: what to text where."""

    word: str
    number: Number

    @property
    def sms_url(self) -> str:
        """Opens the composer with the word; the form that both iPhones and Android phones understand.

        RFC 5724 has `?body=`, iPhones want `&body=`; each passes over the mark that it does not expect.
        """
        return f"sms:{self.number.e164}?&body={quote(self.word, safe='')}"

    def as_svg(self) -> SafeString:
        """The QR code as an SVG that stands by itself or in a page."""
        rows = _code(self.sms_url).get_matrix()
        dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
        return format_html(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" shape-rendering="crispEdges" role="img">'
            '<title>{2}</title><path fill="#fff" d="M0 0h{0}v{0}H0z"/><path d="{1}"/></svg>',
            len(rows),
            dark,
            f"QR code that opens a text with the word {self.word}",
        )

    def as_png(self) -> bytes:
        """The QR code as a picture, large enough to print."""
        picture = BytesIO()
        _code(self.sms_url).make_image().save(picture, "PNG")
        return picture.getvalue()


def _code(content: str) -> "qrcode.QRCode":  # type: ignore[type-arg]
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=_QUIET_ZONE, box_size=_PIXELS_OF_A_MODULE)
    code.add_data(content)
    return code


def ways(bot: Bot) -> list[Way]:
    """Every word that does something when it is the whole text, on every number that can be texted from a phone."""
    numbers = bot.account.numbers.exclude(line=Number.Line.IN_APP)
    if not bot.on_all_numbers:
        numbers = numbers.filter(bots=bot)
    words = bot.triggers.filter(match=Trigger.Match.WHOLE).values_list("word", flat=True)
    return [Way(word, number) for number in numbers for word in words]


def bot(bot_id: int) -> Bot | None:
    """The bot of a share link, inside its account's context; a deleted one too."""
    return Bot.objects.select_related("account").filter(pk=bot_id).first()


def list_of(bot: Bot) -> Group | None:
    """The list that a bot puts people on."""
    step = bot.actions.filter(kind=Action.Kind.ASSIGN_GROUP).select_related("group").first()
    return step.group if step else None


def share_url(bot: Bot, number: Number) -> str:
    """The public page for a bot's word on a number."""
    return f"{settings.PUBLIC_BASE_URL}{reverse('bots:share', args=[key(bot, number)])}"


def key(bot: Bot, number: Number) -> str:
    """Account, bot and number, and what nobody else can add to them; short enough to type."""
    named = f"{bot.account_id}-{bot.pk}-{number.pk}"
    return f"{named}-{_signature(named, settings.SECRET_KEY)}"


def named_by(share_key: str) -> tuple[int, int, int] | None:
    """The ids of account, bot and number, or None for a key that this installation did not make."""
    if not re.fullmatch(KEY, share_key, re.ASCII):
        return None
    named, signature = share_key[:-13], share_key[-12:]
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if not any(hmac.compare_digest(signature, _signature(named, secret)) for secret in secrets):
        return None
    account_id, bot_id, number_id = map(int, named.split("-"))
    return account_id, bot_id, number_id


def _signature(named: str, secret: str | bytes) -> str:
    digest = salted_hmac("bots.sharing", named, secret=secret, algorithm="sha256").digest()
    return urlsafe_b64encode(digest[:_SIGNED_BYTES]).decode()
