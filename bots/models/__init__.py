"""The tables of bots, and of what they did."""

from bots.models.bot import Action, Bot, BotNumber, BotVersion, Trigger
from bots.models.run import Notice, Run, WebhookCall

__all__ = ["Action", "Bot", "BotNumber", "BotVersion", "Notice", "Run", "Trigger", "WebhookCall"]
