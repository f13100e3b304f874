"""What a shop owner prints and passes on so that people find a bot's word, and the public page it leads to."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from bots import sharing
from bots.models import Action, Bot
from contacts.evidence import asked
from shout.accounts import AccountRequest, member
from shout.tenancy import tenant

_SECONDS_KEPT = 300


@require_safe
@member()
def bot_share(request: AccountRequest, bot_id: int) -> HttpResponse:
    """How to join a list: each word on each number with its QR code and link, and the bots that keep the list."""
    bot = get_object_or_404(request.account.bots.kept(), pk=bot_id)
    group = sharing.list_of(bot)
    context = {
        "bot": bot,
        "group": group,
        "call": asked.current(group) if group else None,
        "ways": [(way, sharing.share_url(bot, way.number)) for way in sharing.ways(bot)],
        "leaving": request.account.bots.kept()
        .filter(actions__kind=Action.Kind.REMOVE_FROM_GROUP, actions__group=group)
        .prefetch_related("triggers")
        .distinct()
        if group
        else [],
    }
    return render(request, "bots/bot_share.html", context)


@require_safe
@member()
def bot_qr(request: AccountRequest, bot_id: int) -> HttpResponse:
    """A QR code to download: `?number=ID&word=WORD`, else the first there is; `&as=png` for a picture."""
    bot = get_object_or_404(request.account.bots.kept(), pk=bot_id)
    word, number, form = (request.GET.get(name, "") for name in ("word", "number", "as"))
    ways = (way for way in sharing.ways(bot) if word in ("", way.word) and number in ("", str(way.number.pk)))
    way = next(ways, None)
    if way is None:
        raise Http404("This bot has no such word on that number.")
    name = slugify(f"{way.word} {way.number.label}") or "code"
    as_png = form == "png"
    content: str | bytes = way.as_png() if as_png else way.as_svg()
    response = HttpResponse(content, content_type="image/png" if as_png else "image/svg+xml")
    response["Content-Disposition"] = f'attachment; filename="{name}.{"png" if as_png else "svg"}"'
    return response


@require_safe
def share(request: HttpRequest, key: str) -> HttpResponse:
    """The public page of a bot's word on a number: what one gets, and a button that opens the phone's composer."""
    named = sharing.named_by(key)
    if named is None:
        raise Http404("There is no such page.")
    account_id, bot_id, number_id = named
    with tenant(account_id):
        bot = sharing.bot(bot_id)
        if bot is None:
            raise Http404("There is no such page.")
        return _page(request, bot, number_id)


def _page(request: HttpRequest, bot: Bot, number_id: int) -> HttpResponse:
    ways = [way for way in sharing.ways(bot) if way.number.pk == number_id]
    is_open = bool(ways) and bot.is_active and not bot.deleted_at
    group = sharing.list_of(bot)
    context = {
        "account": bot.account,
        "group": group,
        "way": ways[0] if is_open else None,
        "call": asked.current(group) if group else None,
    }
    page = render(request, "bots/share.html", context, status=410 if bot.deleted_at else 200)
    page["X-Robots-Tag"] = "noindex"
    page["Cache-Control"] = f"public, max-age={_SECONDS_KEPT}" if is_open else "no-store"
    return page
