"""The language model that the settings ask for: this process's own, a running bot's, or a server's."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bot import machine
from bot.ownership import is_owned
from bot.settings import Settings
from knowledge.messages import describe
from knowledge.models.chat import ChatModel
from knowledge.models.llama.local import LocalModel, RunningModel
from knowledge.models.llama.options import EngineOptions
from knowledge.models.llama.order import Order, private_order
from knowledge.models.llama.process import Launch, trial
from knowledge.models.llama.supervisor import ModelState
from knowledge.models.llama.watching import Pace
from knowledge.models.remote import Endpoint, Patience, RemoteModel
from knowledge.models.wire import Sampling

_log = logging.getLogger(__name__)
# What the model's process may know of this one's environment: where libraries and devices are, and no secret.
_PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "VIRTUAL_ENV",
)
_PASSED_ON_PREFIXES = ("CUDA_", "GGML_", "GOMP_", "OMP_", "HIP_", "HSA_", "ROCR_", "SYCL_", "ONEAPI_", "VK_")

_MICRO_BATCH = 512


def engine_options(settings: Settings) -> EngineOptions:
    """How the local model is run."""
    return EngineOptions(
        context_size=settings.llm_context_size,
        question_size=min(settings.llm_question_size, settings.llm_context_size),
        max_sequences=settings.llm_parallel,
        threads=settings.llm_threads,
        batch=settings.llm_batch_size,
        micro_batch=min(settings.llm_batch_size, _MICRO_BATCH),
        flash_attention=settings.llm_flash_attention == "on",
        kv_type=settings.llm_kv_type,
        gpu_layers=settings.llm_gpu_layers,
        seed=settings.llm_seed,
        temperature=settings.llm_temperature,
        top_p=settings.llm_top_p,
        repetition_penalty=settings.llm_repetition_penalty,
        max_tokens=settings.llm_max_tokens,
        queue_limit=settings.llm_queue_limit,
        prompt_lookup=settings.llm_prompt_lookup == "on",
        memory=machine.memory_limit(),
    )


def model_folder(settings: Settings) -> Path:
    """Where the model's process and this one meet."""
    return settings.data_dir / "llm"


def own_model(settings: Settings) -> LocalModel | RemoteModel:
    """For the owner of the data folder: the local model with its process, or the configured server's."""
    if settings.llm_provider == "openai":
        return server_model(settings)
    folder = model_folder(settings)
    order = private_order(settings.llm_model_path, engine_options(settings), folder)
    return local_model(settings, order, folder)


def local_model(settings: Settings, order: Order, folder: Path) -> LocalModel:
    """A model whose process does what `order` says; `folder` is of its own files."""
    return LocalModel(
        order,
        Launch(log_file(settings), passed_on(os.environ)),
        folder,
        model_folder(settings) / "trial.json",
        deadline=settings.llm_deadline,
        on_change=_note,
    )


def try_model(settings: Settings) -> None:
    """Evaluate one batch of the local model in a throw-away process. Blocks for some seconds.

    Raises:
        SaseoError: why it doesn't run.
    """
    options = replace(engine_options(settings), context_size=512, question_size=512)
    launch = Launch(log_file(settings), passed_on(os.environ))
    asyncio.run(trial(Order("trial", settings.llm_model_path, options, api_key="-"), launch, Pace().start))


def borrowed_model(settings: Settings) -> ChatModel | None:
    """For a command beside the bot: the configured server's model, or the running bot's; None without."""
    if settings.llm_provider == "openai":
        return server_model(settings)
    if not is_owned(settings.data_dir):
        return None
    return RunningModel(model_folder(settings), engine_options(settings), settings.llm_deadline)


def server_model(settings: Settings) -> RemoteModel:
    """The model of the server that is configured."""
    endpoint = Endpoint(settings.llm_base_url, settings.llm_model, settings.llm_api_key.get_secret_value())
    sampling = Sampling(
        settings.llm_max_tokens, settings.llm_temperature, settings.llm_top_p, settings.llm_seed
    )
    patience = Patience(answer=settings.llm_deadline)
    return RemoteModel(endpoint, sampling, question_size=settings.llm_question_size, patience=patience)


def log_file(settings: Settings) -> Path:
    """What the model's process has to say."""
    return settings.data_dir / "logs" / "model.log"


def passed_on(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that the model's process gets."""
    return {
        name: value
        for name, value in environment.items()
        if name in _PASSED_ON or name.startswith(_PASSED_ON_PREFIXES)
    }


def _note(state: ModelState) -> None:
    if state.error is not None:
        _log.warning("language model: %s: %s", state.phase, describe(state.error, "en"))
    else:
        _log.info("language model: %s", state.phase)
