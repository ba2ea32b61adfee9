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
        "WENDANG_LLM_BASE_URL": "http://127.0.0.1:11434/v1",
        "WENDANG_LLM_MODEL": "qwen3:4b",
        "WENDANG_LLM_API_KEY": "sk-1",
        "WENDANG_LLM_CONTEXT": "32768",
        "WENDANG_LLM_MAX_TOKENS": "2048",
        "WENDANG_LLM_DAILY_TOKENS": "1000000",
        "WENDANG_LLM_FIRST_WORD_SECONDS": "60",
        "WENDANG_LLM_SECONDS": "240",
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
        llm_base_url="http://127.0.0.1:11434/v1",
        llm_model="qwen3:4b",
        llm_api_key="sk-1",
        llm_context=32_768,
        llm_max_tokens=2_048,
        llm_daily_tokens=1_000_000,
        llm_first_word_seconds=60,
        llm_seconds=240,
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


# The language model


def model_settings(**more: str) -> Settings:
    named = {"WENDANG_LLM_BASE_URL": "http://127.0.0.1:11434/v1", "WENDANG_LLM_MODEL": "qwen3"}
    return read_settings({**named, **{f"WENDANG_LLM_{name.upper()}": value for name, value in more.items()}})


@pytest.mark.parametrize("given", ["WENDANG_LLM_BASE_URL", "WENDANG_LLM_MODEL"])
def test_half_of_a_language_model_is_refused_with_the_other_half(given: str) -> None:
    (other,) = {"WENDANG_LLM_BASE_URL", "WENDANG_LLM_MODEL"} - {given}
    with pytest.raises(SettingsError, match=f"{other} is not set"):
        read_settings({given: "http://127.0.0.1:11434/v1"})


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("https://api.deepseek.com/v1/", "https://api.deepseek.com/v1"),
        (" http://127.0.0.1:8000/v1 ", "http://127.0.0.1:8000/v1"),
        ("http://127.0.0.1:8000/v1/chat/completions", "http://127.0.0.1:8000/v1"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
    ],
)
def test_an_address_is_taken_as_people_copy_it(given: str, taken: str) -> None:
    assert model_settings(base_url=given).llm_base_url == taken


@pytest.mark.parametrize(
    "given",
    ["127.0.0.1:8000/v1", "ftp://a/v1", "http://", "http://a:x/v1", "http://user:PASSWORD@[/v1", "http://a\nb/v1"],
)
def test_what_is_no_address_is_refused_without_repeating_it(given: str) -> None:
    with pytest.raises(SettingsError, match="WENDANG_LLM_BASE_URL is no address") as raised:
        model_settings(base_url=given)
    assert "PASSWORD" not in str(raised.value)


@pytest.mark.parametrize("given", ["http://user:PASSWORD@a/v1", "https://a/v1?key=PASSWORD", "https://a/v1#PASSWORD"])
def test_secrets_do_not_belong_into_an_address(given: str) -> None:
    with pytest.raises(SettingsError, match="WENDANG_LLM_API_KEY") as raised:
        model_settings(base_url=given)
    assert "PASSWORD" not in str(raised.value)


def test_the_answer_leaves_room_for_the_passages() -> None:
    assert model_settings(context="1024").llm_max_tokens == 512
    assert model_settings(context="65536").llm_max_tokens == Settings().llm_max_tokens
    with pytest.raises(SettingsError, match="at most half of WENDANG_LLM_CONTEXT \\(4096\\)"):
        model_settings(context="4096", max_tokens="2049")


def test_the_whole_time_is_never_less_than_that_for_the_first_word() -> None:
    assert model_settings(first_word_seconds="600").llm_seconds == 600
    with pytest.raises(SettingsError, match="WENDANG_LLM_SECONDS"):
        model_settings(first_word_seconds="60", seconds="59")


def test_the_key_stays_out_of_what_is_printed() -> None:
    settings = model_settings(api_key="sk-WENDANG-SECRET-KEY")
    assert settings.llm_api_key == "sk-WENDANG-SECRET-KEY"
    assert "SECRET" not in f"{settings} {settings!r}"
