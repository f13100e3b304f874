"""The way into the Permission section, and the queue of texts that may ask for no more texts."""

from html import unescape

from django.http import HttpResponse
from django.urls import reverse

from tests.outside import OutsideClient

OVERVIEW = reverse("contacts:permission")


def shown(response: HttpResponse, status: int = 200) -> str:
    assert response.status_code == status
    return unescape(response.content.decode())


def test_the_section_opens_with_its_tabs(browser: OutsideClient) -> None:
    text = shown(browser.get(OVERVIEW))
    assert f'<a href="{OVERVIEW}" aria-current="page"' in text
