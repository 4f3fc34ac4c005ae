"""`quoting`: prompt lookup on a scripted model that quotes its prompt."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

from scripts.llm_rows.bench import Bench, Found, ask, request
from tests import gguf_models


def quoting(bench: Bench) -> Found:
    """Steps of an answer of forty words that stand in the prompt, of those without prompt lookup."""
    quote = " ".join(f"{a}{b}" for a, b in itertools.product("가나다라마바사아", "각난닫랄맘"))
    steps, texts = [], []
    with tempfile.TemporaryDirectory() as folder:
        model = gguf_models.quoting(Path(folder) / "quoting.gguf", quote)
        for lookup in (False, True):
            with bench.engine(model, warm=0, prompt_lookup=lookup, temperature=0.0) as engine:
                texts.append(ask(engine, [request(quote, "?", 100)])[0].text)
            # Closed: the thread that counts them is at its end.
            steps.append(engine.status().steps)
    same = texts[0] == texts[1] == quote
    text = "the same text" if same else "ANOTHER TEXT"
    told = f"{steps[1]} steps, {steps[0]} without prompt lookup; {text}"
    return Found(steps[1] / steps[0], told, holds=same)
