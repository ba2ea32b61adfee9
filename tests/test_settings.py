from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from index.errors import SettingsError
from qa.settings import PREFIX, PROJECT, Settings, read_settings

NAMES = [PREFIX + name.upper() for name in Settings.__dataclass_fields__]


def test_without_anything_set_the_defaults_hold() -> None:
    defaults = read_settings({})
    assert 0 < defaults.min_confidence < 1
    assert defaults == Settings(
        documents=PROJECT / "documents",
        data=PROJECT / ".wendang",
        models=PROJECT / ".wendang" / "models",
        embedding_model=None,
        embedding_backend="auto",
        min_confidence=Settings().min_confidence,
        host="127.0.0.1",
        port=7860,
        max_upload_mb=50,
    )


def test_every_setting_is_read_from_the_environment() -> None:
    environment = {
        "WENDANG_DOCUMENTS": "/资料/文 档",
        "WENDANG_DATA": "/数据",
        "WENDANG_MODELS": "/模型",
        "WENDANG_EMBEDDING_MODEL": "BAAI/bge-small-zh-v1.5",
        "WENDANG_EMBEDDING_BACKEND": "torch",
        "WENDANG_RERANKER_MODEL": "BAAI/bge-reranker-base",
        "WENDANG_READER": "off",
        "WENDANG_MIN_CONFIDENCE": "0.25",
        "WENDANG_HOST": "0.0.0.0",
        "WENDANG_PORT": "8080",
        "WENDANG_MAX_UPLOAD_MB": "5",
        "PATH": "/usr/bin",
    }
    assert sorted(set(environment) - {"PATH"}) == sorted(NAMES)
    assert read_settings(environment) == Settings(
        documents=Path("/资料/文 档"),
        data=Path("/数据"),
        models=Path("/模型"),
        embedding_model="BAAI/bge-small-zh-v1.5",
        embedding_backend="torch",
        reranker_model="BAAI/bge-reranker-base",
        reader="off",
        min_confidence=0.25,
        host="0.0.0.0",
        port=8080,
        max_upload_mb=5,
    )


def test_the_process_environment_is_read_where_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENDANG_PORT", "9000")
    assert read_settings().port == 9000


def test_a_tilde_is_the_home_folder() -> None:
    assert read_settings({"WENDANG_DOCUMENTS": "~/文档"}).documents == Path.home() / "文档"


@pytest.mark.parametrize("name", NAMES)
def test_a_blank_value_is_no_value(name: str) -> None:
    assert read_settings({name: " "}) == Settings()


def test_an_unknown_name_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(SettingsError) as refusal:
        read_settings({"WENDANG_DOCUMENT": "/资料"})
    assert str(refusal.value) == "unknown setting WENDANG_DOCUMENT; did you mean WENDANG_DOCUMENTS?"


def test_an_unknown_name_like_no_other_is_refused_with_all_known_ones() -> None:
    with pytest.raises(SettingsError) as refusal:
        read_settings({"WENDANG_颜色": "红"})
    assert str(refusal.value) == f"unknown setting WENDANG_颜色. Known are {', '.join(sorted(NAMES))}"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("WENDANG_MIN_CONFIDENCE", "1.01", "WENDANG_MIN_CONFIDENCE is 1.01; it must lie between 0 and 1"),
        ("WENDANG_MIN_CONFIDENCE", "-0.1", "WENDANG_MIN_CONFIDENCE is -0.1; it must lie between 0 and 1"),
        ("WENDANG_MIN_CONFIDENCE", "nan", "WENDANG_MIN_CONFIDENCE is nan; it must lie between 0 and 1"),
        ("WENDANG_MIN_CONFIDENCE", "高", "WENDANG_MIN_CONFIDENCE is '高', not a number between 0 and 1"),
        ("WENDANG_PORT", "65536", "WENDANG_PORT is 65536; it must lie between 1 and 65535"),
        ("WENDANG_PORT", "-1", "WENDANG_PORT is -1; it must lie between 1 and 65535"),
        ("WENDANG_PORT", "7860.5", "WENDANG_PORT is 7860.5; it must be a whole number"),
        ("WENDANG_PORT", "inf", "WENDANG_PORT is inf; it must lie between 1 and 65535"),
        ("WENDANG_MAX_UPLOAD_MB", "0", "WENDANG_MAX_UPLOAD_MB is 0; it must lie between 1 and 10000"),
        ("WENDANG_MAX_UPLOAD_MB", "10001", "WENDANG_MAX_UPLOAD_MB is 10001; it must lie between 1 and 10000"),
        ("WENDANG_MAX_UPLOAD_MB", "1.5", "WENDANG_MAX_UPLOAD_MB is 1.5; it must be a whole number"),
        ("WENDANG_READER", "maybe", "WENDANG_READER is 'maybe'; it can be auto, on, off"),
        ("WENDANG_EMBEDDING_BACKEND", "cuda", "WENDANG_EMBEDDING_BACKEND is 'cuda'; it can be auto, openvino, torch"),
    ],
)
def test_a_value_out_of_range_is_refused_with_the_range(name: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        read_settings({name: value})
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WENDANG_MIN_CONFIDENCE", "0"),
        ("WENDANG_MIN_CONFIDENCE", "1"),
        ("WENDANG_PORT", "1"),
        ("WENDANG_PORT", "65535"),
        ("WENDANG_MAX_UPLOAD_MB", "1"),
        ("WENDANG_MAX_UPLOAD_MB", "10000"),
        ("WENDANG_EMBEDDING_BACKEND", "openvino"),
    ],
)
def test_the_ends_of_a_range_belong_to_it(name: str, value: str) -> None:
    field = name.removeprefix(PREFIX).lower()
    assert str(getattr(read_settings({name: value}), field)) in (value, f"{value}.0")


def test_settings_do_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        read_settings({}).port = 1  # type: ignore[misc]


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_every_setting_stands_in_the_readme(readme: str) -> None:
    text = (PROJECT / readme).read_text("utf-8")
    assert [name for name in NAMES if f"`{name}`" not in text] == []
