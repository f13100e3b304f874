"""The house's rules, read off the source: rooms, budgets, the homes of raw SQL, and a worker for every queue."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median

import pytest
from django.conf import settings

from shout.dev import programs

ROOT = Path(__file__).resolve().parent.parent
# Each room may import itself and what stands before it.
ROOMS = ["shout", "contacts", "bots", "messaging"]

# The signatures that a framework imposes.
IMPOSED = {"shout/api/schema.py": {"get_operation"}}
# `except Exception` belongs to the outermost frame of a task, a webhook or one of these loops.
OUTERMOST = {"messaging/inbound.py": {"_in_batches"}}
# Raw SQL lives in bulk.py and in migrations. These few speak to PostgreSQL about something that is no row of theirs:
SQL_BESIDE_BULK = {
    "bots/drafts/saving.py",  # an advisory lock
    "contacts/permissions.py",  # advisory locks
    "contacts/models/contact.py",  # the predicate of permission, as a filter
    "messaging/inbound.py",  # an advisory lock
    "messaging/outbox.py",  # the queue's twin of messaging/bulk.py
    "messaging/tasks.py",  # the accounts that have work
    "shout/accounts.py",  # the accounts a person may enter
    "shout/api/repeats.py",  # an advisory lock; answers of all accounts are forgotten
    "shout/database.py",  # roles
    "shout/management/commands/prepare_database.py",  # roles
    "shout/models/account.py",  # the next id
    "shout/tenancy.py",  # the account that row-level security shows
    "shout/views.py",  # whether the database answers
}
SQL_CALLS = {"execute", "executemany", "execute_values", "copy_expert", "copy_from", "RawSQL", "RunSQL", "raw", "extra"}
SHAPELESS = {"utils", "util", "helpers", "helper", "services", "service", "managers", "manager", "signals", "misc"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One source file; `path` counts from the project's root."""

    path: str

    @cached_property
    def text(self) -> str:
        return (ROOT / self.path).read_text()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def length(self) -> int:
        return len(self.text.splitlines())

    @property
    def room(self) -> str:
        return self.path.partition("/")[0]

    @property
    def is_migration(self) -> bool:
        return "/migrations/" in self.path

    @cached_property
    def functions(self) -> list[Function]:
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]

    @cached_property
    def comments(self) -> list[str]:
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return [token.string for token in tokens if token.type == tokenize.COMMENT]

    def imports(self) -> Iterator[str]:
        """The modules it imports, by their full names."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{self.path} imports relatively"
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules(*folders: str) -> list[Module]:
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return [Module(path.relative_to(ROOT).as_posix()) for path in paths]


PRODUCT = modules(*ROOMS)
WRITTEN = [module for module in PRODUCT if not module.is_migration]
ALL = [*WRITTEN, *modules("tests", "bench"), Module("manage.py")]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def p95(values: list[int]) -> int:
    return sorted(values)[int(len(values) * 0.95)]


def called(node: ast.AST) -> str:
    """The last word of what a call calls."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", "") or getattr(node.func, "id", "")


def test_rooms_import_only_themselves_and_what_stands_before_them() -> None:
    for module in PRODUCT:
        later = {*ROOMS[ROOMS.index(module.room) + 1 :], "tests", "bench"}
        assert not [name for name in module.imports() if name.partition(".")[0] in later], module.path


def test_migrations_import_nothing_of_the_project() -> None:
    for module in PRODUCT:
        if module.is_migration:
            assert not [name for name in module.imports() if name.partition(".")[0] in ROOMS], module.path


def test_nothing_is_imported_inside_a_function_or_by_a_made_up_name() -> None:
    for module in ALL:
        inside = {n for f in module.functions for n in ast.walk(f) if isinstance(n, ast.Import | ast.ImportFrom)}
        assert not inside, module.path
        assert not {called(n) for n in ast.walk(module.tree)} & {"import_module", "__import__"}, module.path


def test_no_signal_steers_anything() -> None:
    for module in WRITTEN:
        assert not [name for name in module.imports() if re.search(r"\bsignals\b|\bdispatch\b", name)], module.path


def test_no_module_is_named_for_nothing_in_particular() -> None:
    assert not [module.path for module in ALL if SHAPELESS & set(Path(module.path).with_suffix("").parts)]


def test_every_module_opens_by_saying_what_it_is_for() -> None:
    assert not [module.path for module in ALL if module.text and not ast.get_docstring(module.tree)]


def test_functions_are_short() -> None:
    lengths = {f"{m.path}:{f.name}": lines(f) for m in ALL for f in m.functions}
    assert {name: length for name, length in lengths.items() if length > 40} == {}
    assert p95(list(lengths.values())) <= 25
    assert median(lengths.values()) <= 8


def test_files_and_classes_are_short() -> None:
    lengths = {module.path: module.length for module in ALL}
    assert {path: length for path, length in lengths.items() if length > 400} == {}
    assert p95([module.length for module in WRITTEN]) <= 250
    classes = [(m.path, c.name, lines(c)) for m in ALL for c in ast.walk(m.tree) if isinstance(c, ast.ClassDef)]
    assert [c for c in classes if c[2] > 150] == []


def test_templates_are_short() -> None:
    lengths = {path.name: len(path.read_text().splitlines()) for path in TEMPLATES}
    assert {name: length for name, length in lengths.items() if length > 150} == {}
    assert median(lengths.values()) <= 20


def test_functions_take_three_positional_parameters_at_most() -> None:
    many = []
    for module in WRITTEN:
        for function in module.functions:
            names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
            own = names[names[:1] in (["self"], ["cls"]) :]
            if len(own) > 3 and function.name not in IMPOSED.get(module.path, ()):
                many.append(f"{module.path}:{function.name}({', '.join(own)})")
    assert many == []


def test_comments_are_rare_and_promise_nothing() -> None:
    comments = [comment for module in WRITTEN for comment in module.comments]
    assert len(comments) <= 0.06 * sum(module.length for module in WRITTEN)
    texts = {module.path: " ".join(module.comments) for module in ALL}
    texts |= {str(path.relative_to(ROOT)): path.read_text() for path in TEMPLATES}
    assert not [path for path, text in texts.items() if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text)]


def catches_everything(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(each is None or getattr(each, "id", "") in ("Exception", "BaseException") for each in caught)


def test_only_the_outermost_frame_catches_every_exception() -> None:
    for module in WRITTEN:
        if Path(module.path).name in ("tasks.py", "webhooks.py"):
            continue
        everything = {n for n in ast.walk(module.tree) if isinstance(n, ast.ExceptHandler) and catches_everything(n)}
        allowed = [f for f in module.functions if f.name in OUTERMOST.get(module.path, ())]
        assert not everything - {n for function in allowed for n in ast.walk(function)}, module.path


def test_raw_sql_lives_where_it_is_expected() -> None:
    found = {module.path for module in PRODUCT if {called(n) for n in ast.walk(module.tree)} & SQL_CALLS}
    elsewhere = {path for path in found if not path.endswith("/bulk.py") and "/migrations/" not in path}
    assert elsewhere == SQL_BESIDE_BULK


def test_pages_and_rest_start_at_the_account_and_not_at_a_table() -> None:
    doors = [m for m in WRITTEN if re.search(r"^(contacts|bots|messaging)/(views|api)\b", m.path)]
    assert len(doors) > 5
    for module in doors:
        managers = [n for n in ast.walk(module.tree) if isinstance(n, ast.Attribute) and n.attr == "objects"]
        assert not managers, f"{module.path}:{managers[0].lineno}"


def tasks() -> set[str]:
    """The names of the tasks that are declared."""
    return {
        keyword.value.value
        for module in WRITTEN
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and called(node) == "shared_task"
        for keyword in node.keywords
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant)
    }


def test_every_task_has_a_queue_and_whatever_rings_rings_a_task() -> None:
    decorators = [d for m in WRITTEN for f in m.functions for d in f.decorator_list if "task" in ast.unparse(d)]
    assert len(tasks()) == len(decorators)
    assert set(settings.CELERY_TASK_ROUTES) == tasks()
    assert {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} <= set(settings.CELERY_TASK_QUEUES)
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= tasks()
    rung = {
        argument.value
        for module in WRITTEN
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and called(node) in ("nudge", "answered", "_sweep")
        for argument in node.args
        if isinstance(argument, ast.Constant) and "." in argument.value
    }
    assert rung
    assert rung <= tasks()


@pytest.mark.parametrize("where", ["make up", "docker compose"])
def test_every_queue_is_consumed(where: str) -> None:
    commands = {
        "make up": " ".join(programs.worker().argv),
        "docker compose": (ROOT / "docker-compose.yml").read_text(),
    }
    consumed = [queue for names in re.findall(r"-Q (\S+)", commands[where]) for queue in names.split(",")]
    assert sorted(consumed) == sorted(settings.CELERY_TASK_QUEUES)
