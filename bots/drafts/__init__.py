"""A bot as somebody wants it, and the only way in for saving one."""

from bots.drafts.draft import Draft, DraftAction, DraftTrigger, Problem, Severity, draft_of, from_json
from bots.drafts.saving import Refused, delete, pause, problems, restore, save

__all__ = [
    "Draft",
    "DraftAction",
    "DraftTrigger",
    "Problem",
    "Refused",
    "Severity",
    "delete",
    "draft_of",
    "from_json",
    "pause",
    "problems",
    "restore",
    "save",
]
