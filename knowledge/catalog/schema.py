"""The catalog's tables. A change here needs a migration in `migrations/versions/`; a test compares them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()


def _ordered(kind: Text | String) -> Text | String:
    """Text that is ordered by its characters' numbers, as SQLite does, not as a server's language has it."""
    return kind.with_variant(type(kind)(kind.length, collation="C"), "postgresql")


state = Table(
    "state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("generation", BigInteger, nullable=False),  # grows with every change of what is live
    Column("next_row", BigInteger, nullable=False),  # passages.row of the next passage: never used twice
    Column("words_counted_at", BigInteger, nullable=True),  # the generation that `word_counts` are of
    Column("library", String(32), nullable=True),  # tells this catalog's collections from those of others
    # Whose vectors questions are compared with (`knowledge.catalog.serving`), and what it is opened by.
    Column("embedder", String(200), nullable=True),
    Column("embedder_source", Text, nullable=True),
)

folders = Table(
    "folders",
    metadata,
    Column("path", Text, primary_key=True),
    Column("options", JSON, nullable=False),
    Column("registered_at", DateTime(timezone=True), nullable=False),
)

exclusions = Table(
    "exclusions",
    metadata,
    Column("uri", Text, primary_key=True),
    Column("excluded_at", DateTime(timezone=True), nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uri", _ordered(Text()), nullable=False, unique=True),
    Column("live_version", Integer, nullable=True),
    sqlite_autoincrement=True,
)

versions = Table(
    "versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", Integer, ForeignKey("documents.id"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("language", String(2), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column(
        "recipe", String(64), nullable=False
    ),  # how the passages were made: another recipe makes them anew
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("passage_count", Integer, nullable=False),
    Column("omissions", JSON(none_as_null=True), nullable=True),  # [reason, detail] of what wasn't read
    Column("indexed_at", DateTime(timezone=True), nullable=False),
    sqlite_autoincrement=True,
)

passages = Table(
    "passages",
    metadata,
    Column("row", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("version_id", Integer, ForeignKey("versions.id"), nullable=False, index=True),
    Column("id", String(32), nullable=False),
    Column("text_hash", String(64), nullable=False),
    Column("language", String(2), nullable=False),
    Column("text", Text, nullable=False),
    Column("heading_path", JSON, nullable=False),
    Column("header", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("page", Integer, nullable=True),
    Column("first_line", Integer, nullable=True),
    Column("last_line", Integer, nullable=True),
    Column("place", JSON(none_as_null=True), nullable=True),  # knowledge.types.Place, what is known of it
    Column("terms", Text, nullable=False),  # the analysed words, packed (knowledge.ranking.bm25)
    Column("term_count", Integer, nullable=False),
    Column("squeezed", Text, nullable=False),  # what character bigrams are counted in
    Column("bigram_count", Integer, nullable=False),
    Index("ix_passages_text_hash", "text_hash"),
)

vectors = Table(
    "vectors",
    metadata,
    Column("embedder", String(200), primary_key=True),
    Column("text_hash", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),  # float32, little endian, windows x dimensions
    sqlite_with_rowid=False,
)

statistics = Table(
    "statistics",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("language", String(2), primary_key=True),
    Column("passages", BigInteger, nullable=False),
    Column("terms", BigInteger, nullable=False),
    Column("bigrams", BigInteger, nullable=False),
)

# Kept only for an index that can't count words itself (`knowledge.catalog.word_counts`).
word_counts = Table(
    "word_counts",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("field", String(10), primary_key=True),  # ko or en for terms, pairs for syllable pairs
    Column("word", Text, primary_key=True),
    Column("passages", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True), nullable=True),
    Column("counts", JSON, nullable=False),
    Column("seconds", Float, nullable=True),
    Column("whole", Boolean, nullable=True),  # over everything, to its end; None: not known
    sqlite_autoincrement=True,
)

problems = Table(
    "problems",
    metadata,
    Column("folder", Text, primary_key=True),
    Column("uri", Text, primary_key=True),
    Column("error", String(60), nullable=False),  # the error's class
    Column("parameters", JSON, nullable=False),
    Column("withheld", Boolean, nullable=False),
    # Of a file that can't be used as it is: it isn't read again until one of the three has changed.
    Column("size", BigInteger, nullable=True),
    Column("mtime_ns", BigInteger, nullable=True),
    Column("recipe", String(64), nullable=True),
    # Of one that may be readable another time: how often it has failed, and when it is tried again.
    Column("attempts", Integer, nullable=True),
    Column("retry_at", DateTime(timezone=True), nullable=True),
)

requests = Table(
    "requests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("payload", JSON, nullable=False),
    Column("state", String(10), nullable=False),  # waiting, running, done, failed
    Column("progress", JSON, nullable=True),
    Column("result", JSON, nullable=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    sqlite_autoincrement=True,
)

claims = Table(
    "claims",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", String(20), nullable=False),
    Column("team", String(64), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("message", String(64), nullable=False),
    # Of the question's text: empty, then greater with each edit.
    Column("revision", _ordered(String(64)), nullable=False),
    Column("conversation", String(80), nullable=False),
    Column("asker", String(160), nullable=False),
    # waiting, then finished, failed, refused or retracted.
    # Of what is no question: sharing, then finished; or told.
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("payload", JSON, nullable=True),  # the question, until it is done with
    Column("reply", String(64), nullable=True),  # the platform's id of the message that holds the answer
    Column("claimed_at", DateTime(timezone=True), nullable=False),
    Index("ix_claims_message", "platform", "team", "channel", "message", unique=True),
    Index("ix_claims_conversation", "platform", "team", "channel", "conversation"),
    sqlite_autoincrement=True,
)

turns = Table(
    "turns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("claim_id", Integer, ForeignKey("claims.id"), nullable=False),
    Column("revision", String(64), nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),  # empty once a document that it stands on is forgotten
    Column("mode", String(12), nullable=False),
    Column("language", String(2), nullable=False),
    Column("sources", JSON, nullable=False),  # what was cited, without excerpts
    Column("uris", JSON, nullable=False),  # of every document that the answer was made from
    Column("answered_at", DateTime(timezone=True), nullable=False),
    # The same for the same question; empty for one that stands on what was said before or came with it.
    Column("identity", String(64), nullable=False, server_default=""),
    Index("ix_turns_claim", "claim_id", "revision", unique=True),
    Index("ix_turns_identity", "identity"),
    sqlite_autoincrement=True,
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("turn_id", Integer, ForeignKey("turns.id"), nullable=False),
    Column("person", String(160), nullable=False),
    Column("verdict", String(4), nullable=False),  # up or down
    Column("reason", String(20), nullable=False),
    Column("comment", Text, nullable=False),
    Column("given_at", DateTime(timezone=True), nullable=False),
    Index("ix_feedback_turn", "turn_id", "person", unique=True),
    sqlite_autoincrement=True,
)

channels = Table(
    "channels",
    metadata,
    Column("platform", String(20), primary_key=True),
    Column("team", String(64), primary_key=True),
    Column("channel", String(64), primary_key=True),
    Column("follow_ups", Boolean, nullable=False),  # whether a thread goes on without a new mention
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uri", Text, nullable=False, index=True),
    Column("scope", Text, nullable=False),
    Column("person", String(160), nullable=False),  # who added it
    Column("place", String(160), nullable=False),  # the channel that it was added in
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("digest", String(64), nullable=False),  # of the version that they added; empty: not known
    Column("link", Text, nullable=False),  # opens the original in a chat or on the web; empty: none
    sqlite_autoincrement=True,
)

pages = Table(
    "pages",
    metadata,
    Column("uri", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("checked_at", DateTime(timezone=True), nullable=False),  # when it was last seen there
    Column("next_at", DateTime(timezone=True), nullable=False),  # when to look again
    Column("failures", Integer, nullable=False),  # looks in a row
    Column("reason", String(20), nullable=False),  # of the last one, empty when it went well
    Column("detail", Text, nullable=False),
    Column("gone_since", DateTime(timezone=True), nullable=True),
)

answers = Table(
    "answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False),  # of question, audience and passages: a hash, nothing to read
    Column("text", Text, nullable=False),
    Column("passages", JSON, nullable=False),  # by the number that the text cites: the passage's id
    Column("answered_at", DateTime(timezone=True), nullable=False),
    Index("ix_answers_key", "key", unique=True),
    sqlite_autoincrement=True,
)

answer_documents = Table(
    "answer_documents",
    metadata,
    Column("document_id", Integer, primary_key=True, autoincrement=False),
    Column("answer_id", Integer, ForeignKey("answers.id"), primary_key=True, index=True),
)
