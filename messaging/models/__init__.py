"""The tables of texts in and out."""

from messaging.models.broadcast import Broadcast
from messaging.models.drift import CarrierCheck
from messaging.models.message import ErasedText, Message, StatusReport

__all__ = ["Broadcast", "CarrierCheck", "ErasedText", "Message", "StatusReport"]
