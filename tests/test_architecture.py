"""Reads the imports with `ast`, so that the picture in docs/architecture.md stays true."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
SOURCES = sorted([PROJECT / "app.py", *(PROJECT / "index").rglob("*.py"), *(PROJECT / "qa").rglob("*.py")])
NAMES = [path.relative_to(PROJECT).as_posix() for path in SOURCES]

# What stands in one row does not import one another; every row imports only rows above it. A name stands for a file
# or a folder of files, which are one family.
LAYERS = (
    (
        *("index/datatypes.py", "index/errors.py", "index/folders.py", "index/packed_model.py"),
        *("index/numerals.py", "index/new_words.py", "index/name_states.py", "index/turns.py"),
    ),
    (
        *("index/loaders", "index/chunking.py", "index/lexical.py", "index/vectors.py", "index/embedding.py"),
        *("index/user_words.py", "index/records.py", "index/database.py", "index/writing.py"),
    ),
    (
        *("index/postings.py", "index/vector_parts.py", "index/catalogue.py", "index/vector_rows.py"),
        "index/resemblance.py",
    ),
    ("index/lexical_index.py", "index/store.py"),
    (
        *("index/search.py", "index/segments.py", "index/lexicon.py", "index/alike.py", "index/damage.py"),
        *("index/parse_worker.py", "index/parsing.py"),
    ),
    ("index/generations.py", "index/scan.py"),
    ("index/plan.py", "index/watching.py"),
    ("index/publishing.py",),
    ("index/sync.py",),
    ("qa",),
    ("qa/ui",),
    ("qa/__main__.py", "app.py"),
)
# Files whose names begin so are parts of embedding.py.
EMBEDDING = ("index/embed", "index/openvino")
HOMES: dict[str, str | tuple[str, ...]] = {
    "faiss": "index/vectors.py",
    "jieba": "index/lexical.py",
    "opencc": "index/lexical.py",
    "sqlite3": ("index/database.py", "qa/history/"),
    "chardet": "index/loaders/",
    "pypdfium2": "index/loaders/",
    "python_calamine": "index/loaders/sheets.py",
    "oxmsg": "index/loaders/mail_msg.py",
    "lxml": "index/loaders/",
    "gradio": "qa/ui/",
    "openai": "qa/language_model",
    "watchfiles": "index/watching.py",
}


def imports(source: str) -> Iterator[str]:
    """Yield the dotted name of everything that a file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, "relative imports hide what is imported"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def file_of(dotted: str) -> str | None:
    """Return the file of this project that an imported name lies in, or None where it is somebody else's."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        stem = "/".join(parts[:length])
        for name in (f"{stem}.py", f"{stem}/__init__.py"):
            if name in NAMES:
                return name
    return None


def layer_of(name: str) -> tuple[int, str]:
    """Return a file's layer and its family in it: that of the longest name that fits."""
    name = "index/embedding.py" if name.startswith(EMBEDDING) else name
    places = ((row, part) for row, parts in enumerate(LAYERS) for part in parts)
    fits = [(row, part) for row, part in places if f"{name}/".startswith(f"{part}/")]
    assert fits, f"{name} stands in no layer; give it its place in LAYERS"
    return max(fits, key=lambda fit: len(fit[1]))


def read(name: str) -> str:
    return (PROJECT / name).read_text("utf-8")


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("index/__init__.py", "qa/__init__.py")])
def test_imports_only_look_down(name: str) -> None:
    row, family = layer_of(name)
    for dotted in imports(read(name)):
        target = file_of(dotted)
        if target is None or target in ("index/__init__.py", "qa/__init__.py"):
            continue
        target_row, target_family = layer_of(target)
        assert target_row < row or target_family == family, f"{name} imports {target}"


def test_the_leaf_imports_nothing_of_ours() -> None:
    for name in ("index/datatypes.py", "index/errors.py"):
        assert [dotted for dotted in imports(read(name)) if file_of(dotted)] == []


def test_index_never_imports_qa() -> None:
    for name in NAMES:
        if name.startswith("index/"):
            assert [dotted for dotted in imports(read(name)) if dotted.split(".")[0] in ("qa", "app", "tests")] == []


@pytest.mark.parametrize(("package", "home"), HOMES.items())
def test_every_package_has_one_home(package: str, home: str | tuple[str, ...]) -> None:
    users = [name for name in NAMES if package in {dotted.split(".")[0] for dotted in imports(read(name))}]
    assert users
    assert [name for name in users if not name.startswith(home)] == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_unpickled(name: str) -> None:
    unsafe = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
    assert unsafe & {dotted.split(".")[0] for dotted in imports(read(name))} == set()


def environment_reads(source: str) -> int:
    """Count the places that read the environment; setting a name for a library below is none."""
    tree = ast.parse(source)
    written = {
        id(target.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Subscript)
    }
    return sum(
        isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv") and id(node) not in written
        for node in ast.walk(tree)
    )


def test_the_environment_is_read_in_the_settings_only() -> None:
    readers = [name for name in NAMES if environment_reads(read(name))]
    # app.py looks whether there is a screen to open a browser on; LibreOffice is started with what everything else has.
    # Neither is a setting of ours.
    assert set(readers) <= {"qa/settings.py", "app.py", "index/loaders/libreoffice.py"}
    assert environment_reads(read("qa/settings.py")) == 1
    for name in NAMES:
        assert not {"os.environ", "os.getenv"} & set(imports(read(name)))
    assert "WENDANG_" not in read("app.py")


def test_app_is_short() -> None:
    assert len(read("app.py").splitlines()) <= 40


def test_the_tests_of_a_module_are_named_after_it() -> None:
    modules = {Path(name).stem if Path(name).stem != "__init__" else Path(name).parent.name for name in NAMES}
    for name in ("loaders", "chunking", "lexical", "vectors", "search", "store", "generations", "sync"):
        assert name in modules
        assert (PROJECT / "tests" / f"test_{name}.py").is_file()
