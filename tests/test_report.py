from __future__ import annotations

import dataclasses
import json
from dataclasses import replace
from pathlib import Path

import pytest

from index.datatypes import Progress
from index.errors import QuestionError, ReportError, StoreError
from qa.baselines import BM25, DENSE, WINDOWS
from qa.datatypes import Answer
from qa.evaluate import evaluate
from qa.measures import Evidence, Question, evidence_recall
from qa.report.files import prepare_folder, write_report
from qa.report.groups import group_sets
from qa.report.header import Header, command_line, make_header, read_commit
from qa.report.judging import Judged, is_right, judge, missing_quotes, worst
from qa.report.last import read_last
from qa.report.record import report_record
from qa.report.results import BUDGETS, Results, evaluate_sets, name_sets
from qa.settings import Settings
from tests.fakes import FakeEncoder
from tests.test_evaluate import LINES, write_set
from tests.test_measures import answer, hit, question

HEADER = Header("2026-11-22 19:00:00+00:00", "abc1234", "fake", "fake", {"min_confidence": 0.2}, 2, "Linux", "python")
ANSWERABLE = [line for line in LINES if line["answerable"]]
UNANSWERABLE = [line for line in LINES if not line["answerable"]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(documents=tmp_path / "mine", data=tmp_path / "data", min_confidence=0.0)


def write_sets(folder: Path) -> list[Path]:
    return [
        write_set(folder / "both", LINES),
        write_set(folder / "web-noise", ANSWERABLE),
        write_set(folder / "web-reject", UNANSWERABLE),
    ]


# A reply judged


@pytest.mark.parametrize(
    ("asked", "reply", "right", "fault"),
    [
        (question(answers=("225家",)), answer("225家[1]", ("225家",)), True, None),
        (question(answers=("225家",)), answer("甲[1]", ("甲",)), False, "missed"),
        (question(answers=("225家",)), answer("没有找到225家。"), False, "refused"),
        (question("甲乙丙丁"), answer("甲乙丙丁[1]", ("甲乙丙丁",), (hit("甲乙丙丁"),)), True, None),
        (question("甲乙丙丁"), answer("甲乙丙丁[1]", ("甲乙丙丁",), (hit("无关"),)), True, "evidence"),
        (question("甲乙丙丁"), answer("无关[1]", ("无关",), (hit("甲乙丙丁"),)), False, "citation"),
        # A right reply is right, whatever else was missed.
        (question("甲乙丙丁", answers=("八个",)), answer("八个[1]", ("八个",), (hit("无关"),)), True, None),
        (question("甲乙丙丁", answers=("八个",)), answer("九个[1]", ("九个",), (hit("无关"),)), False, "missed"),
        (question(), answer("有[1]", ("有",)), None, None),
        # What somebody has rejected is a fault, also where nobody has said what is right.
        (replace(question(), rejected=(Evidence("a.md", "有"),)), answer("有[1]", ("有",)), None, "rejected"),
        (replace(question(), rejected_answers=("有[1]",)), answer("没有[1]", ("没有",)), None, "rejected"),
        (question(), answer("没有。"), None, "refused"),
        (question(answerable=False), answer("没有。"), False, None),
        (question(answerable=False, answers=("有",)), answer("有[1]", ("有",)), False, "answered"),
    ],
)
def test_a_reply_is_judged(asked: Question, reply: Answer, right: bool | None, fault: str | None) -> None:
    judged = judge("集", asked, reply, reply)
    assert (judged.right, judged.fault) == (right, fault)


def test_right_is_the_reply_without_a_threshold_and_the_fault_that_of_the_shipped_one() -> None:
    asked = question(answers=("225家",))
    judged = judge("集", asked, answer("没有。"), answer("225家[1]", ("225家",)))
    assert (judged.right, judged.fault) == (True, "refused")
    assert is_right(asked, answer("没有。")) is False


def test_quotes_are_missing_that_the_first_1500_characters_do_not_hold() -> None:
    asked = question("甲甲甲", "乙乙乙", "丙丙丙")
    reply = answer("答", (), (hit("甲甲甲"), hit("字" * 1_494), hit("乙乙乙"), hit("丙丙丙")))
    assert [evidence.quote for evidence in missing_quotes(asked, reply)] == ["丙丙丙"]


def test_the_worst_are_those_with_a_fault_the_surest_first() -> None:
    wrong, right = question(answerable=False), question(answers=("八",))
    judged = [
        judge("集", wrong, reply, reply) for reply in (answer("有[1]", ("有",), (), sure) for sure in (0.5, 0.9, 0.7))
    ]
    fine = answer("八[1]", ("八",), (), 1.0)
    judged.append(judge("集", right, fine, fine))
    assert [one.answer.confidence for one in worst(judged)] == [0.9, 0.7, 0.5]
    assert [one.answer.confidence for one in worst(judged, 2)] == [0.9, 0.7]


# Sets read together


def judged_set(*sure: tuple[bool, float]) -> tuple[Judged, ...]:
    replies = [(question(answerable=answerable), answer("有[1]", ("有",), (), value)) for answerable, value in sure]
    return tuple(judge("集", asked, reply, reply) for asked, reply in replies)


def groups_of(sets: dict[str, tuple[Judged, ...]]) -> dict[str, tuple[str, ...]]:
    tops = {name: {DENSE: [one.answer.confidence for one in judged]} for name, judged in sets.items()}
    return {group.name: group.sets for group in group_sets(sets, tops)}


def test_sets_of_one_kind_whose_names_begin_alike_are_paired() -> None:
    yes, no, both = judged_set((True, 0.9)), judged_set((False, 0.1)), judged_set((True, 0.9), (False, 0.1))
    assert groups_of({"rgb-noise": yes, "rgb-reject": no, "jinshan": both}) == {
        "all sets": ("rgb-noise", "rgb-reject", "jinshan"),
        "rgb-noise + rgb-reject": ("rgb-noise", "rgb-reject"),
        "rgb-noise": ("rgb-noise",),
        "rgb-reject": ("rgb-reject",),
        "jinshan": ("jinshan",),
    }
    # All sets are the pair: once is enough. One set needs no pooling.
    assert list(groups_of({"rgb-a": yes, "rgb-b": no})) == ["rgb-a + rgb-b", "rgb-a", "rgb-b"]
    assert list(groups_of({"rgb-a": yes})) == ["rgb-a"]
    # One that holds both is no half of a pair, nor are two of one kind.
    assert list(groups_of({"rgb-a": yes, "rgb-b": both})) == ["all sets", "rgb-a", "rgb-b"]
    assert list(groups_of({"rgb-a": no, "rgb-b": both})) == ["all sets", "rgb-a", "rgb-b"]
    assert list(groups_of({"rgb-a": yes, "rgb-b": yes})) == ["all sets", "rgb-a", "rgb-b"]
    assert list(groups_of({"x-a": yes, "y-b": no})) == ["all sets", "x-a", "y-b"]


def test_a_pair_is_measured_over_the_questions_of_both() -> None:
    sets = {"rgb-a": judged_set((True, 0.9), (True, 0.4)), "rgb-b": judged_set((False, 0.6), (False, 0.1))}
    tops = {"rgb-a": {DENSE: [0.5, 0.5]}, "rgb-b": {DENSE: [0.7, 0.5]}}
    pair, one, other = group_sets(sets, tops)
    assert pair.questions == 4
    assert (pair.answered, pair.refused) == (1.0, 0.0)
    assert pair.separation is not None
    assert pair.separation.auroc == 0.75
    assert pair.baselines == {DENSE: 0.25}
    assert (one.separation, other.separation) == (None, None)
    assert (one.refused, other.answered) == (None, None)
    assert (one.reliability, one.baselines) == (None, {DENSE: None})  # nothing tells what is right
    assert other.reliability is not None


# Sets run with their baselines


def test_sets_are_measured_as_evaluate_does(tmp_path: Path, settings: Settings) -> None:
    folder = write_set(tmp_path / "set", LINES)
    _, free = evaluate(folder, settings, FakeEncoder())
    some_refused = sorted(reply.confidence for _, reply in free)[2] - 0.0001
    for threshold in (0.0, some_refused, 1.0):
        shipped = dataclasses.replace(settings, min_confidence=threshold)
        evaluation, pairs = evaluate(folder, shipped, FakeEncoder())
        (result,) = evaluate_sets([folder], shipped, FakeEncoder()).sets
        assert (result.evaluation.measures, result.evaluation.kinds) == (evaluation.measures, evaluation.kinds)
        for judged, (asked, reply) in zip(result.questions, pairs, strict=True):
            assert judged.question == asked
            assert dataclasses.replace(judged.answer, timings_ms={}) == dataclasses.replace(reply, timings_ms={})


def test_what_was_refused_has_the_answer_that_it_would_have_been(tmp_path: Path, settings: Settings) -> None:
    folder = write_set(tmp_path / "set", [*LINES, {"id": "坏", "question": "？"}])
    (free,) = evaluate_sets([folder], settings, FakeEncoder()).sets
    (strict,) = evaluate_sets([folder], dataclasses.replace(settings, min_confidence=1.0), FakeEncoder()).sets
    assert [one.answer.answered for one in strict.questions] == [False] * 5
    assert [one.unrefused.answered for one in strict.questions] == [True] * 4 + [False]
    assert [one.unrefused.text for one in strict.questions] == [one.answer.text for one in free.questions]
    assert [one.right for one in strict.questions] == [one.right for one in free.questions]
    assert all(one.unrefused is one.answer for one in free.questions[:4])


def test_baselines_and_curves_stand_beside_our_figures(tmp_path: Path, settings: Settings) -> None:
    (result,) = evaluate_sets([write_set(tmp_path / "set", LINES)], settings, FakeEncoder()).sets
    assert [baseline.name for baseline in result.baselines] == [DENSE, BM25, WINDOWS]
    assert result.recall is not None
    measures = result.evaluation.measures
    assert result.recall[BUDGETS.index(1500)] == measures["evidence_recall_1500"] == 0.8333
    assert result.recall[BUDGETS.index(600)] == measures["evidence_recall_600"]
    for baseline in result.baselines:
        assert sorted(baseline.measures) == sorted(
            [
                *("questions", "evidence_recall_1500", "evidence_recall_600", "document_at_1", "answer_in_5"),
                "answerability_auroc",
            ]
        )
        assert baseline.recall is not None
        assert baseline.recall[BUDGETS.index(1500)] == baseline.measures["evidence_recall_1500"] == 0.8333
        assert list(baseline.kinds) == ["fact", "follow-up", "unanswerable"]
        assert len(baseline.tops) == 4
        assert baseline.measures["answerability_auroc"] is not None


def test_a_follow_up_is_made_whole_for_the_baselines_too(tmp_path: Path, settings: Settings) -> None:
    alone = {key: value for key, value in LINES[2].items() if key != "history"}
    folders = [write_set(tmp_path / "whole", [LINES[2]]), write_set(tmp_path / "alone", [alone])]
    whole, part = evaluate_sets(folders, settings, FakeEncoder()).sets
    assert whole.baselines[1].tops[0] > part.baselines[1].tops[0] > 0


def test_a_second_run_embeds_nothing(tmp_path: Path, settings: Settings) -> None:
    encoder, folders = FakeEncoder(), write_sets(tmp_path)
    first = evaluate_sets(folders, settings, encoder)
    assert len(encoder.embedded) > 0
    encoder.embedded.clear()
    told: list[Progress] = []
    second = evaluate_sets(folders, settings, encoder, told.append)
    assert encoder.embedded == []
    assert [one.evaluation.measures for one in second.sets] == [one.evaluation.measures for one in first.sets]
    assert {"answering", "baselines", "embedding windows"} <= {one.stage for one in told}


def test_all_folders_are_looked_at_before_one_is_run(tmp_path: Path, settings: Settings) -> None:
    folder = write_set(tmp_path / "set", LINES)
    with pytest.raises(StoreError, match="is no evaluation set"):
        evaluate_sets([folder, tmp_path / "没有"], settings, FakeEncoder())
    with pytest.raises(QuestionError, match="holds no question"):
        evaluate_sets([folder, write_set(tmp_path / "空", [])], settings, FakeEncoder())
    with pytest.raises(StoreError, match="is given twice"):
        evaluate_sets([folder, tmp_path / "空" / ".." / "set"], settings, FakeEncoder())
    assert not settings.data.exists()


def test_sets_of_one_name_are_told_apart(tmp_path: Path) -> None:
    assert name_sets([tmp_path / "甲" / "集", tmp_path / "乙"]) == ["集", "乙"]
    folders = [tmp_path / "甲" / "集", tmp_path / "乙" / "集"]
    assert name_sets(folders) == [str(folder) for folder in folders]


# report.json


@pytest.fixture
def results(tmp_path: Path, settings: Settings) -> Results:
    return evaluate_sets(write_sets(tmp_path), dataclasses.replace(settings, min_confidence=0.5), FakeEncoder())


def test_the_record_holds_every_question_and_every_number(results: Results) -> None:
    record = json.loads(json.dumps(report_record(results, HEADER), allow_nan=False))
    assert record["header"]["encoder"] == "fake"
    assert [one["name"] for one in record["sets"]] == ["both", "web-noise", "web-reject"]
    first = record["sets"][0]
    assert first["measures"] == results.sets[0].evaluation.measures
    assert len(first["evidence_recall_by_budget"]) == len(record["budgets"]) == 30
    assert record["sets"][2]["evidence_recall_by_budget"] is None
    assert [baseline["name"] for baseline in first["baselines"]] == [DENSE, BM25, WINDOWS]
    assert [one["id"] for one in first["questions"]] == ["1", "2", "3", "4"]
    asked = first["questions"][2]
    assert asked["missing_quotes"] == [{"document": "食堂.txt", "quote": "甲"}]
    assert asked["evidence_recall_1500"] == 0.5
    assert first["questions"][3]["evidence_recall_1500"] is first["questions"][3]["answer_hit"] is None
    assert sorted(asked["baseline_top_scores"]) == sorted([DENSE, BM25, WINDOWS])
    assert [group["name"] for group in record["groups"]][:2] == ["all sets", "web-noise + web-reject"]
    curve = record["groups"][0]["separation"]["curve"]
    assert (curve[0][1:], curve[-1][1:]) == ([1.0, 0.0], [0.0, 1.0])
    assert [one["fault"] for one in record["worst"]] == [one.fault for one in results.worst]


def test_the_means_of_the_question_records_are_the_measures(results: Results) -> None:
    for one in report_record(results, HEADER)["sets"]:
        for key in ("evidence_recall_1500", "evidence_recall_600", "document_at_1", "answer_in_5", "lead_hit"):
            values = [asked[key] for asked in one["questions"] if asked[key] is not None]
            assert one["measures"][key] == (round(sum(values) / len(values), 4) if values else None)


def test_recall_in_the_record_is_that_of_the_listed_passages(results: Results) -> None:
    judged = results.sets[0].questions[0]
    assert evidence_recall(judged.question, judged.answer.hits, 600) == 1.0


# The report before


def test_a_report_is_read_back(results: Results, tmp_path: Path) -> None:
    assert read_last(tmp_path) is None
    write_report(tmp_path, results, HEADER)
    last = read_last(tmp_path)
    assert last is not None
    assert (last.date, last.commit, last.in_simplified) == (HEADER.date, "abc1234", False)
    assert list(last.sets) == ["both", "web-noise", "web-reject"]
    assert last.sets["both"].measures == results.sets[0].evaluation.measures
    assert last.sets["both"].kinds == results.sets[0].evaluation.kinds


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "{}", "null", '{"header": {"date": 1, "commit": null}}', "\ufeff", "[" * 100_000),
        '{"header": {"date": "", "commit": null}, "simplified": false, "sets": [1]}',
        '{"header": {"date": "", "commit": null}, "simplified": false, "sets": [{"name": "a", "kinds": {}, '
        '"measures": {"answer_hit": "0.5"}, "questions_per_second": 1}]}',
        '{"header": {"date": "", "commit": null}, "simplified": false, "sets": [{"name": "a", "kinds": {}, '
        '"measures": {"answer_hit": NaN}, "questions_per_second": 1}]}',
    ],
)
def test_a_broken_report_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "report.json").write_text(text, "utf-8")
    with pytest.raises(ReportError, match=r"the last report .*report\.json cannot be read"):
        read_last(tmp_path)


def test_bytes_that_are_no_text_are_a_broken_report(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ReportError, match="UnicodeDecodeError"):
        read_last(tmp_path)


# The folder


def test_a_folder_is_made_with_those_above_it_and_may_hold_a_report(tmp_path: Path) -> None:
    prepare_folder(tmp_path / "新" / "里")
    assert list((tmp_path / "新" / "里").iterdir()) == []
    prepare_folder(tmp_path / "新" / "里")


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("qa.report.files.tempfile.TemporaryFile", refuse)
    with pytest.raises(ReportError, match=r"no report can be written to .* \(Permission denied\)"):
        prepare_folder(tmp_path)


@pytest.mark.parametrize("name", ["index.html", "report.json"])
def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(ReportError, match="is a folder, where the report needs a file"):
        prepare_folder(tmp_path)


def test_files_are_written_whole_or_not_at_all(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "报告"
    prepare_folder(folder)
    page = write_report(folder, results, HEADER)
    before = page.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(ReportError, match="No space left on device"):
        write_report(folder, results, HEADER)
    assert page.read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["index.html", "report.json"]


# What it was made with


def test_the_header_says_with_what_and_keeps_secrets_and_places(settings: Settings) -> None:
    header = make_header(settings, FakeEncoder(), "python -m qa evaluate x")
    assert (header.encoder, header.backend, header.command) == ("fake", "fake", "python -m qa evaluate x")
    assert header.settings == {
        "embedding_model": None,
        "embedding_backend": "auto",
        "reranker_model": None,
        "reader": "auto",
        "min_confidence": 0.0,
    }
    assert header.cores > 0


def test_the_command_line_can_be_given_again() -> None:
    line = command_line([Path("甲 集"), Path("乙")], Path("报 告"), True)
    assert line == "python -m qa evaluate '甲 集' '乙' --simplified --report '报 告'"


def test_no_git_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_commit(tmp_path) is None
    (tmp_path / ".git").mkdir()
    assert read_commit(tmp_path) is None  # git knows no such checkout
    monkeypatch.setenv("PATH", "")
    assert read_commit(tmp_path) is None
