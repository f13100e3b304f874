"""The tables of texts in and out."""

from messaging.models.broadcast import Broadcast
from messaging.models.message import Message, StatusReport

__all__ = ["Broadcast", "Message", "StatusReport"]
