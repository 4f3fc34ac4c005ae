# syntax=docker/dockerfile:1
#
#   docker build -t saseo .                                  any x86-64 with AVX2 (x86-64-v3), or ARMv8
#   docker build -t saseo --build-arg LLAMA=native .         for this very processor, AMX included: not for another
#   docker build -t saseo-cuda --build-arg LLAMA=baseline --build-arg CUDA=ON \
#     --build-arg BUILD_IMAGE=nvidia/cuda:12.8.0-devel-ubuntu24.04 \
#     --build-arg RUN_IMAGE=nvidia/cuda:12.8.0-runtime-ubuntu24.04 .   and then LLM_GPU_LAYERS=-1
#
# Both images must be of the same system, whose own Python 3.11 or newer is used.
ARG BUILD_IMAGE=debian:12.12-slim
ARG RUN_IMAGE=debian:12.12-slim

# hadolint ignore=DL3006
FROM ${BUILD_IMAGE} AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# clang-19 compiles AMX right, which Debian 12's GCC doesn't; the baseline build uses GCC.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv python3-dev gcc g++ clang-19 ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app

# llama.cpp first: it takes minutes, and changes with its version alone.
ARG LLAMA=baseline
ARG CUDA=OFF
COPY pyproject.toml constraints.txt ./
COPY scripts scripts
# The CUDA driver isn't there while an image is built; the toolkit's stub stands in for the trial run.
RUN python3 -m venv .venv \
    && if [ "${CUDA}" = ON ]; then \
         ln -sf /usr/local/cuda/lib64/stubs/libcuda.so /usr/local/cuda/lib64/stubs/libcuda.so.1; \
         export CMAKE_ARGS=-DGGML_CUDA=ON LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs; \
       fi \
    && case "${LLAMA}" in \
         baseline) python3 scripts/build_llama.py --baseline ;; \
         native) python3 scripts/build_llama.py ;; \
         *) echo "LLAMA is baseline or native, not ${LLAMA}" >&2; exit 2 ;; \
       esac \
    && rm -rf /root/.cache

# Then the packages, with empty ones in place of the code: editing it must not fetch them again.
ARG EXTRAS=all,llama
ARG TORCH_INDEX=
COPY README.md LICENSE ./
RUN mkdir adapters bot knowledge \
    && touch adapters/__init__.py bot/__init__.py knowledge/__init__.py \
    && TORCH_INDEX="${TORCH_INDEX}" PIP_NO_CACHE_DIR=1 python3 scripts/setup.py --extras "${EXTRAS}"
COPY samples samples
COPY adapters adapters
COPY knowledge knowledge
COPY bot bot
RUN .venv/bin/python -m compileall -q adapters bot knowledge && .venv/bin/saseo --help > /dev/null

# hadolint ignore=DL3006
FROM ${RUN_IMAGE}
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 libgomp1 ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home saseo \
    && mkdir -p /data /app/models \
    && chown saseo:saseo /data
COPY --from=build /app /app
# Within the container it listens for the network of containers; docker-compose.yml lets this machine alone in.
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    HF_HUB_OFFLINE=1 \
    DATA_DIR=/data \
    LLM_MODEL_PATH=/app/models/qwen2.5-gguf/Qwen2.5-7B-Instruct-Q4_K_M.gguf \
    HTTP_HOST=0.0.0.0 \
    HTTP_PORT=9464 \
    LOG_FORMAT=json
WORKDIR /app
USER 10001
VOLUME /data
EXPOSE 9464
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['HTTP_PORT'] + '/healthz', timeout=4)"]
CMD ["saseo", "run"]
