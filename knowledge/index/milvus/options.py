"""How a Milvus server is reached, and how collections are made there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Consistency = Literal["session", "strong", "bounded", "eventually"]
IndexType = Literal["auto", "flat", "ivf_flat", "hnsw"]

_FLAT_UP_TO = 50_000  # vectors: as long as comparing all of them takes milliseconds, the ranking may be exact
_EF = 1024  # with 128 a quarter of the nearest ten among 100,000 made-up vectors weren't found, with this 1%


@dataclass(frozen=True, slots=True)
class MilvusOptions:
    """The operator's choices.

    `collection` is the alias of the collection of vectors; that of words has `_words` after it. `token` wins
    over `user` and `password`. `seconds` bounds a search; what writes or loads may take six times as long.
    `index_parameters` and `search_parameters` come on top of usual ones for the type.
    """

    host: str = "localhost"
    port: int = 19530
    collection: str = "documents"
    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    database: str = ""
    tls: bool = False
    tls_ca: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    tls_server_name: str = ""
    consistency: Consistency = "session"
    index_type: IndexType = "auto"
    index_parameters: Mapping[str, int] = field(default_factory=dict)
    search_parameters: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 10.0

    @property
    def address(self) -> str:
        """What an error calls the server."""
        return f"{self.host}:{self.port}"

    def connection(self) -> dict[str, object]:
        """The arguments of `pymilvus.MilvusClient`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        found: dict[str, object] = {
            "uri": f"{'https' if self.tls else 'http'}://{host}:{self.port}",
            "user": self.user,
            "password": self.password,
            "token": self.token,
            "db_name": self.database,
            "secure": self.tls,
        }
        if self.tls_certificate:
            found |= {"client_pem_path": self.tls_certificate, "client_key_path": self.tls_key}
            found |= {"ca_pem_path": self.tls_ca}
        elif self.tls_ca:
            found["server_pem_path"] = (
                self.tls_ca
            )  # pymilvus calls it so where the client shows no certificate
        if self.tls_server_name:
            found["server_name"] = self.tls_server_name
        return found

    def index_for(self, count: int) -> tuple[str, dict[str, int]]:
        """The type of index for so many vectors, and its parameters."""
        kind = self.index_type
        if kind == "auto":
            kind = "flat" if count <= _FLAT_UP_TO else "hnsw"
        usual = {"hnsw": {"M": 16, "efConstruction": 200}, "ivf_flat": {"nlist": 1024}}.get(kind, {})
        return kind.upper(), {**usual, **self.index_parameters}

    def search_for(self, limit: int) -> dict[str, int]:
        """The parameters of one search, for every type of index: a server passes over another type's."""
        found = {"ef": max(_EF, 2 * limit), "nprobe": 64, **self.search_parameters}
        return {**found, "ef": max(found["ef"], limit)}  # with fewer a server refuses the search
