"""Erasing a person: the only place that takes somebody out of the records, and leaves what they had asked for (P16)."""

from django.db import transaction

from contacts import bulk, permissions
from contacts.models import Block, ConsentEvent, Contact, Import, OptIn, OptOut, Review
from contacts.models.consent import Source
from contacts.permissions import Evidence
from shout.models import Answer, User


def erase(*, contact: Contact, by: User) -> None:
    """Remove the person, their lists, labels and requests; keyed hashes keep what they had stopped and left.

    The lines of the ledger stay and are emptied of the person, and a last line says which. An open review counts as
    confirmed, since nobody can decide it any more. Texts are not ours: `messaging.erasure` takes those first.
    """
    mine = {"account_id": contact.account_id, "phone": contact.phone}
    with transaction.atomic():
        for review in Review.objects.filter(**mine, decision=Review.Decision.OPEN).select_related("number"):
            evidence = Evidence(source=Source.PHRASE, words=review.words, rule=review.rule, actor=by.email)
            permissions.opt_out(number=review.number, phone=contact.phone, evidence=evidence)
        bulk.bury(contact.account_id, contact.phone)
        lines = ",".join(map(str, bulk.erase_from_ledger(contact.phone)))
        evidence = Evidence.staff(by, words=lines)
        bulk.record([permissions.event(ConsentEvent.Kind.ERASED, contact.account_id, "", evidence=evidence)])
        for model in (OptOut, OptIn, Block, Review):
            model._default_manager.filter(**mine).delete()
        _forget_import_errors(contact)
        Answer.objects.filter(account_id=contact.account_id, body__contains=contact.phone).delete()
        contact.delete()


def _forget_import_errors(contact: Contact) -> None:
    """Take the person out of the rows that the reports on imported files quote."""
    digits = contact.phone.removeprefix("+1").removeprefix("+")
    for report in Import.objects.filter(account_id=contact.account_id).exclude(errors=[]):
        kept = [error for error in report.errors if digits not in "".join(filter(str.isdigit, str(error)))]
        if kept != report.errors:
            Import.objects.filter(account_id=contact.account_id, pk=report.pk).update(errors=kept)
