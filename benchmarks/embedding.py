"""How fast passages and questions become vectors: sentence-transformers on torch against our OpenVINO encoder.

Run `python -m benchmarks.embedding`. Both are measured in turns in one run, so that a busy machine is fair to both. The
result is printed and written to benchmarks/results/embedding.json.
"""

from __future__ import annotations

import json
import os
import platform
import random
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from index.embedding import Encoder

PROJECT = Path(__file__).resolve().parent.parent
MODELS = PROJECT / ".wendang" / "models"
RESULT = PROJECT / "benchmarks" / "results" / "embedding.json"
PASSAGES = 200
CHARACTERS = 300
ROUNDS = 3
QUERY_ROUNDS = 30

_SUBJECTS = [
    "公司",
    "集团",
    "财务部门",
    "董事会",
    "项目组",
    "供应商",
    "技术人员",
    "审计委员会",
    "分支机构",
    "客户",
    "监管机构",
    "新员工",
    "研发中心",
    "主管领导",
]
_VERBS = [
    "应当提交",
    "已经完成",
    "正在评估",
    "不得变更",
    "负责审核",
    "定期公布",
    "重新签订",
    "全面落实",
    "逐年提高",
    "明确规定",
    "及时归还",
    "统一采购",
]
_OBJECTS = [
    "年度预算报告",
    "设备维护记录",
    "休假申请表",
    "劳动合同附件",
    "数据安全方案",
    "差旅费用标准",
    "产品质量检测结果",
    "海外市场收入",
    "信息系统权限",
    "应急预案",
    "仓库盘点清单",
    "培训计划",
    "知识产权登记材料",
    "环境保护措施",
]
_CONDITIONS = [
    "按照本办法第{}条的要求",
    "在{}个工作日之内",
    "自{}年起",
    "经批准金额超过{}万元的",
    "除另有约定的{}种情形外",
    "根据第{}季度的统计",
    "对编号为{}的合同",
    "涉及{}名以上人员时",
]
_COLD_START = """
import time
start = time.perf_counter()
from pathlib import Path
from index.embedding import load_encoder
encoder = load_encoder(None, Path({models!r}), {backend!r})
encoder.encode_queries(["员工年假有几天？"])
print(time.perf_counter() - start)
"""


def passages(count: int, characters: int, seed: int = 7) -> list[str]:
    """Return made-up Chinese passages of this many characters, always the same ones."""
    chance = random.Random(seed)
    return [_passage(chance, characters) for _ in range(count)]


def _passage(chance: random.Random, characters: int) -> str:
    text = ""
    while len(text) < characters:
        condition = chance.choice(_CONDITIONS).format(chance.randint(2, 2030))
        clauses = [chance.choice(_SUBJECTS) + chance.choice(_VERBS) + chance.choice(_OBJECTS) for _ in range(2)]
        text += f"{condition}，{'，'.join(clauses)}。"
    return text[:characters]


def seconds(work: Callable[[], object]) -> float:
    """Return how long the work took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(model: SentenceTransformer, encoder: Encoder) -> dict[str, float]:
    """Measure both in turns; throughput in passages a second, latency in milliseconds, medians of all rounds."""
    texts = passages(PASSAGES, CHARACTERS)
    question = "出差超过三天的费用标准是多少？"
    torch_seconds, our_seconds, torch_query, our_query = [], [], [], []
    model.encode_document(texts[:32], batch_size=32)  # the first call of each is slower and not counted
    vectors = encoder.encode_passages(texts)
    for _ in range(ROUNDS):
        torch_seconds.append(seconds(lambda: model.encode_document(texts, batch_size=32, show_progress_bar=False)))
        our_seconds.append(seconds(lambda: encoder.encode_passages(texts)))
    reference = model.encode_document(texts, batch_size=32)
    for _ in range(QUERY_ROUNDS):
        torch_query.append(seconds(lambda: model.encode_query(question)))
        our_query.append(seconds(lambda: encoder.encode_queries([question])))
    return {
        "tokens_per_passage": float(np.mean([len(model.tokenizer(text)["input_ids"]) for text in texts])),
        "torch_passages_per_second": PASSAGES / median(torch_seconds),
        "openvino_passages_per_second": PASSAGES / median(our_seconds),
        "ratio": median(torch_seconds) / median(our_seconds),
        "smallest_cosine": float((reference * vectors).sum(axis=1).min()),
        "torch_query_milliseconds": 1000 * median(torch_query),
        "openvino_query_milliseconds": 1000 * median(our_query),
    }


def cold_start(backend: str) -> float:
    """Return the seconds a fresh process needs from its first import to its first vector, the median of three."""
    code = _COLD_START.format(models=str(MODELS), backend=backend)
    runs = [
        subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, check=True) for _ in range(3)
    ]
    return median(float(run.stdout) for run in runs)


def main() -> None:
    """Measure, print and write."""
    from index.embedding import SentenceTransformerEncoder, load_encoder

    encoder = load_encoder(None, MODELS, "openvino")
    plain = load_encoder(None, MODELS, "torch")
    assert isinstance(plain, SentenceTransformerEncoder)
    result: dict[str, object] = {
        "model": encoder.name,
        "cores": os.cpu_count(),
        "processor": platform.processor() or platform.machine(),
        "versions": {name: metadata.version(name) for name in ("torch", "sentence-transformers", "openvino")},
        "passages": PASSAGES,
        "characters": CHARACTERS,
        **measure(plain.model, encoder),
        "openvino_cold_start_seconds": cold_start("openvino"),
        "torch_cold_start_seconds": cold_start("torch"),
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    show(result)


def show(result: dict[str, object]) -> None:
    """Print the numbers as a table."""
    table = Table(title="Embedding", show_header=False)
    for name, value in result.items():
        table.add_row(name.replace("_", " "), f"{value:.5g}" if isinstance(value, float) else str(value))
    Console().print(table)


if __name__ == "__main__":
    main()
