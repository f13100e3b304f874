"""What became of a text, for people who ask why."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from messaging import tracing
from messaging.models import Message
from shout.accounts import AccountRequest, member


@require_safe
@member()
def message_trace(request: AccountRequest, message_id: int) -> HttpResponse:
    """The trace of a text that somebody sent to the business."""
    texts = request.account.messages.filter(direction=Message.Direction.INBOUND)
    text = get_object_or_404(texts.select_related("account", "number", "contact"), pk=message_id)
    contact = text.contact or request.account.contacts.filter(phone=text.phone).first()
    context = {"trace": tracing.read(text), "text": text, "contact": contact}
    return render(request, "messaging/message_trace.html", context)
