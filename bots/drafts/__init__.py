"""A bot as somebody wants it, and the only way in for saving one."""

from bots.drafts.draft import Draft, DraftAction, DraftTrigger, Problem, Severity, draft_of
from bots.drafts.saving import Refused, problems, save

__all__ = [
    "Draft",
    "DraftAction",
    "DraftTrigger",
    "Problem",
    "Refused",
    "Severity",
    "draft_of",
    "problems",
    "save",
]
