"""Measures the engine against llama.cpp's bare loop and against `llama_cpp.Llama`, by ratios within one run.

    python scripts/bench_llm.py MODEL.gguf [--only ROW]... [--scale 1.0] [--threads N] [--other PYTHON]

Take a model of random weights (`scripts/random_gguf.py`): speed doesn't depend on what it says. The rows:

    alone     one answer's tokens a second, of a bare loop of `llama_decode`
    shared    four people at once over the same passages: time until all have answers, of four in a row
              with `Llama`
    distinct  the same over passages of their own
    again     first token of a second question over the same passages, of the first question's
    replay    sixty questions by six people, some documents much more popular: mean time to the first token,
              of `Llama`'s
    busy      an answer's tokens a second with a busy process on each processor, of the bare loop's
    prefill   a prompt's tokens a second, of the bare loop's
    quoting   steps of an answer that quotes its prompt, of the steps without prompt lookup, on a scripted
              model
    guard     tokens a second with the guard against Chinese, of those without; and the Chinese that came
              through
    memory    resident memory of the model's process, of what `saseo doctor` says

Each prints its ratio, its bar, whether that was reached, and the figures behind it. Bars are meant for
--scale 1, a model of 1.5B's shape or larger, and a machine that does nothing else. `Llama` keeps its last
prompt's prefix and answers one after the other.

`--other` is the Python of another environment, for example one with llama-cpp-python as it builds by default:
the bare loop of `alone`, `busy` and `prefill` then runs there. The bars of `busy` and `prefill` are about
such a build; that of `prefill` only where the processor has AMX.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bot import machine
from scripts.llm_rows import ROWS
from scripts.llm_rows.bench import Bench


def main() -> None:
    """Run the rows that are wanted, and print each as it comes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--only", action="append", choices=list(ROWS), help="may be repeated")
    parser.add_argument("--scale", type=float, default=1.0, help="of the lengths of prompts and answers")
    parser.add_argument("--threads", type=int, default=machine.available_cpus())
    parser.add_argument("--other", help="the Python that runs the bare loop (this one)")
    parser.add_argument("--rounds", type=int, default=5, help="of `alone`, `busy` and `prefill`")
    parser.add_argument("--questions", type=int, default=60, help="of the replay")
    given = parser.parse_args()
    bench = Bench(
        given.model,
        given.threads,
        scale=given.scale,
        other=given.other,
        rounds=given.rounds,
        questions=given.questions,
    )
    if given.scale != 1:
        print(f"at scale {given.scale}: the bars are meant for 1")
    print(f"{'row':9} {'ratio':>8}  {'bar':16} {'':7} figures")
    for name in given.only or ROWS:
        print(f"{name:9} {ROWS[name].line(bench)}", flush=True)


if __name__ == "__main__":
    main()
