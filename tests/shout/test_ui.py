"""The dashboard's components: what a reader, a keyboard and a screen reader get from them."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.test import RequestFactory

from shout.styleguide import SampleForm, styleguide
from shout.templatetags import ui


def render(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize("state", ui.LOOKS)
def test_every_state_has_an_icon_and_words(state: str) -> None:
    badge = render("{% cotton status :state=state / %}", state=state)
    assert "<svg" in badge
    assert ui.LOOKS[state].words in badge


def test_an_unknown_state_is_an_error_and_not_an_empty_badge() -> None:
    with pytest.raises(KeyError):
        ui.look("opne")


def test_a_component_sees_only_its_own_props() -> None:
    assert "leak" not in render("{% cotton card %}text{% endcotton %}", title="leak", actions="leak")


def test_a_component_escapes_what_it_is_given_once() -> None:
    card = render('{% cotton card title="{{ name }}" %}{{ name }}{% endcotton %}', name="<b>Ben & Co")
    assert card.count("&lt;b&gt;Ben &amp; Co") == 2
    assert "&amp;amp;" not in card


def test_a_bubble_escapes_the_text_that_a_stranger_sent() -> None:
    bubble = render('{% cotton bubble :body="body" / %}', body="<script>alert(1)</script>")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in bubble


def test_a_field_names_its_help_and_its_errors_to_a_screen_reader() -> None:
    form = SampleForm({"phone": ""})
    field = render('{% cotton field :field="form.phone" / %}', form=form)
    described = re.search(r'aria-describedby="([^"]+)"', field)
    assert described
    assert all(f'id="{target}"' in field for target in described[1].split())
    assert 'aria-invalid="true"' in field
    assert "This field is required." in field


@pytest.mark.parametrize(("widget", "css"), [(forms.Textarea(), "textarea"), (forms.Select(), "select")])
def test_a_control_is_dressed_for_its_kind_and_keeps_its_own_class(widget: forms.Widget, css: str) -> None:
    widget.attrs["class"] = "mine"

    class OneField(forms.Form):
        field = forms.CharField(widget=widget)

    assert f'class="{css} w-full mine"' in ui.control(OneField()["field"])


@pytest.mark.parametrize(("path", "said"), [("/bots/", "page"), ("/bots/7/", "true"), ("/contacts/", "")])
def test_a_link_says_whether_one_is_on_its_page_or_in_its_section(path: str, said: str) -> None:
    context = Context({"request": RequestFactory().get(path)})
    assert ui.current(context, "/bots/") == (f'aria-current="{said}"' if said else "")


@pytest.mark.parametrize(
    ("name", "letters"), [("Ana Maria Ruiz", "AR"), ("ben", "B"), ("+14155550100", ""), ("", ""), ("Élodie", "É")]
)
def test_initials_come_from_the_first_and_last_name(name: str, letters: str) -> None:
    assert ui.initials(name) == letters


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 3, 3, 14, 5, tzinfo=UTC), "2:05 PM"),
        (datetime(2026, 3, 2, 9, 0, tzinfo=UTC), "Mar 2, 9:00 AM"),
        (datetime(2025, 3, 2, 9, 0, tzinfo=UTC), "Mar 2, 2025"),
    ],
)
def test_a_moment_is_as_short_as_it_stays_clear(at: datetime, words: str) -> None:
    with time_machine.travel(datetime(2026, 3, 3, 18, 0, tzinfo=UTC), tick=False):
        assert ui.brief_time(at) == words


def pages() -> list[str]:
    return [page.read_text() for page in (settings.BASE_DIR / "templates").rglob("*.html")]


def test_the_style_sheet_knows_every_class_that_a_page_uses() -> None:
    css = (settings.BASE_DIR / "static" / "css" / "app.css").read_text().replace("\\", "")
    values = re.findall(r'class="((?:\{%.*?%\}|\{\{.*?\}\}|[^"])*)"', "".join(pages()))
    classes = {word for value in values for word in re.sub(r"\S*\{\{.*?\}\}\S*|\{%.*?%\}", " ", value).split()}
    missing = [word for word in sorted(classes) if not re.search(rf"\.{re.escape(word)}(?![\w-])", css)]
    assert missing == [], "run `make css` and commit static/css/app.css"


def test_the_pages_keep_the_content_security_policy() -> None:
    forbidden = re.compile(r"<script(?![^>]*\bsrc=)|\son[a-z]+=|\sstyle=|javascript:", re.IGNORECASE)
    assert [page for page in pages() if forbidden.search(page)] == []


def test_every_icon_that_is_kept_is_used() -> None:
    used = "".join(pages()) + "".join(f'"{look.icon}"' for look in ui.LOOKS.values())
    kept = (settings.BASE_DIR / "templates" / "ui" / "icons").glob("*.svg")
    assert [icon.stem for icon in kept if f'"{icon.stem}"' not in used] == []


def test_the_style_guide_shows_every_component(rf: RequestFactory) -> None:
    guide = styleguide(rf.get("/styleguide/")).content.decode()
    assert "May we text Ana Ruiz?" in guide
    assert all(look.words in guide for look in ui.LOOKS.values())
