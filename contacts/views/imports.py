"""Importing contacts from a file, and what became of it."""

import csv

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from contacts import imports
from contacts.cells import harmless
from contacts.forms.imports import ImportForm
from contacts.models import Import
from contacts.sheets import ADDED, Unreadable
from contacts.views import pages
from shout import text
from shout.accounts import AccountRequest, member
from shout.models import Role

_RECENT = 10
_SHOWN_ERRORS = 50


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def import_new(request: AccountRequest) -> HttpResponse:
    """Choose a file and say where its people's consent comes from."""
    form = ImportForm(request.POST or None, request.FILES or None, account=request.account)
    if form.is_valid() and (done := _bring_in(request, form)):
        return redirect("contacts:import_detail", done.pk)
    recent = request.account.imports.defer("errors").select_related("group")[:_RECENT]
    context = {"recent": recent, "groups": request.account.groups.exists()}
    return pages.show_form(request, "contacts/import_form.html", form, **context)


def _bring_in(request: AccountRequest, form: ImportForm) -> Import | None:
    file = form.cleaned_data["file"]
    try:
        return imports.bring_in(
            account=request.account,
            by=request.user,
            file_name=text.clean(file.name),
            data=file.read(),
            consent_source=form.cleaned_data["consent_source"],
            group=form.cleaned_data["group"],
        )
    except Unreadable as error:
        form.add_error("file", str(error))
        return None


@require_safe
@member()
def import_detail(request: AccountRequest, import_id: int) -> HttpResponse:
    """What became of a file; `?format=csv` downloads the rows that somebody has to look at."""
    done = get_object_or_404(request.account.imports.select_related("group", "imported_by"), pk=import_id)
    if request.GET.get("format") == "csv":
        return _rows_to_mend(done)
    return render(request, "contacts/import_detail.html", {"import": done, "errors": done.errors[:_SHOWN_ERRORS]})


def _rows_to_mend(done: Import) -> HttpResponse:
    """The rows with errors as they were, with what is wrong, to be mended and imported again."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{done.pk}-rows-to-mend.csv"'
    response.write("\ufeff")  # tells Excel that this is UTF-8
    columns = list(dict.fromkeys(name for error in done.errors for name, _ in error["cells"]))
    writer = csv.writer(response)
    writer.writerow(map(harmless, [*ADDED, *columns]))
    for error in done.errors:
        cells = dict(error["cells"])
        row = [error["error"], str(error["row"]), *(cells.get(column, "") for column in columns)]
        writer.writerow(map(harmless, row))
    return response
