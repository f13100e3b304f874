"""What the documents name exists: files, commands, targets of make and settings."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# Only for whoever changes Shout, and dangerous for whoever runs it.
UNDOCUMENTED = {"DEBUG"}


def text(document: Path) -> str:
    return document.read_text()


def anchors(document: Path) -> set[str]:
    """The names of a document's headings in links."""
    headings = re.findall(r"^#+ (.+)$", text(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_inside_the_project_leads_somewhere(document: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", text(document)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_is_named_exists(document: Path) -> None:
    rooms = "shout|contacts|bots|messaging|tests|templates|static|docs|bench"
    named = re.findall(rf"`((?:{rooms})/[\w./-]*)`", text(document))
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_is_named_exists(document: Path) -> None:
    commands = set(re.findall(r"manage\.py (\w+)", text(document)))
    assert commands <= set(get_commands())
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make (\w+)", text(document), re.MULTILINE)) <= targets


def test_every_setting_is_in_the_table_and_nothing_else_is() -> None:
    rows = re.findall(r"^\| (`[A-Z_`, ]+`) \|", text(ROOT / "README.md"), re.MULTILINE)
    documented = {name for row in rows for name in re.findall(r"[A-Z_]+", row)}
    sources = [*(ROOT / "shout").rglob("*.py"), *(ROOT / "messaging").rglob("*.py")]
    read = {
        name
        for source in sources
        for name in re.findall(r"(?:env(?:\.\w+)?\(\s*|environ\.get\(|environ\[)\"([A-Z][A-Z_]+)\"", text(source))
    }
    private = {"DJANGO_SETTINGS_MODULE", "MAKELEVEL", "SHOUT_TEST_HOME", "SIMULATOR_URL"}
    assert documented == read - private - UNDOCUMENTED
