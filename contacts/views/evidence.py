"""Evidence packs made and downloaded (P12)."""

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods

from contacts.evidence import as_csv, as_json, as_pdf, packs
from contacts.evidence.as_pdf import TooLong
from contacts.evidence.packs import Pack
from contacts.forms.evidence import EvidenceForm
from contacts.views import pages
from shout.accounts import AccountRequest, member


@require_http_methods(["GET", "HEAD", "POST"])
@member()
def evidence(request: AccountRequest) -> HttpResponse:
    """Choose whom a pack is about; a format downloads it. By GET too, so that a link can be one click."""
    asked = request.POST if request.method == "POST" else request.GET if "format" in request.GET else None
    form = EvidenceForm(asked, request.FILES or None, initial={"phone": request.GET.get("phone", "")})
    if form.is_valid():
        try:
            return _download(_pack(request, form), form.cleaned_data["format"])
        except TooLong as error:
            form.add_error(None, str(error))
    return pages.show_form(request, "contacts/evidence.html", form, pdf_limit=as_pdf.LIMIT)


def _pack(request: AccountRequest, form: EvidenceForm) -> Pack:
    said = form.cleaned_data
    if said["phones"]:
        return packs.about_phones(request.account, said["phones"], by=request.user)
    return packs.about_period(request.account, said["since"], said["until"], by=request.user)


def _download(pack: Pack, wanted: str) -> HttpResponse:
    response: HttpResponseBase
    if wanted == "pdf":
        response = HttpResponse(as_pdf.render(pack), content_type="application/pdf")
    elif wanted == "csv":
        response = StreamingHttpResponse(as_csv.stream(pack), content_type="text/csv; charset=utf-8")
    else:
        response = StreamingHttpResponse(as_json.stream(pack), content_type="application/json")
    name = f"evidence-{slugify(pack.about.business) or 'pack'}-{pack.about.made_at:%Y-%m-%d}.{wanted}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response  # type: ignore[return-value]
