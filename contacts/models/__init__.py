"""The tables of who may be texted, from which number, and why."""

from contacts.models.consent import Block, ConsentEvent, OptIn, OptOut
from contacts.models.contact import Contact, ContactTag, Group, GroupMembership, Tag
from contacts.models.evidence import CallToAction, LedgerCheck, Tombstone
from contacts.models.imports import Import
from contacts.models.number import Number
from contacts.models.policy import QuietWindow, ScopePolicy
from contacts.models.review import Review

__all__ = [
    "Block",
    "CallToAction",
    "ConsentEvent",
    "Contact",
    "ContactTag",
    "Group",
    "GroupMembership",
    "Import",
    "LedgerCheck",
    "Number",
    "OptIn",
    "OptOut",
    "QuietWindow",
    "Review",
    "ScopePolicy",
    "Tag",
    "Tombstone",
]
