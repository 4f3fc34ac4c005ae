"""What an embedder knows, by measurement."""

from __future__ import annotations

import json

import numpy as np
import pytest

from knowledge.embedding import probe
from knowledge.embedding.probe import Abilities, Ability, load_or_measure, measure, remembered
from knowledge.types import LANGUAGES
from tests.fakes import HashEmbedder

TOPICS = [json.loads(line) for line in probe._TOPICS.read_text(encoding="utf-8").splitlines()]


class Knowing(HashEmbedder):
    """Knows the topics in the given languages: each is a direction, whatever the wording."""

    def __init__(self, *languages, offset=0.0):
        super().__init__()
        self.name = f"knowing-{languages}-{offset}"
        self._offset = offset
        self._known = {
            topic[language][part]: number
            for number, topic in enumerate(TOPICS)
            for language in languages
            for part in ("question", "passage")
        }

    def _vector(self, words):
        vector = super()._vector(words)
        number = self._known.get(self._text)
        if number is not None:
            vector = super()._vector([f"topic {number}"]) + 0.5 * vector
        vector = vector + self._offset
        return (vector / np.linalg.norm(vector)).astype(np.float32)

    def embed_query(self, text):
        self._text = text
        return super().embed_query(text)

    def _windows(self, text):
        self._text = text
        return super()._windows(text)


def test_the_topics_are_parallel_and_share_no_marks():
    """There are enough, none twice, without numerals, and the Korean has no Latin letters."""
    assert len(TOPICS) >= 24
    texts = [topic[language][part] for topic in TOPICS for language in topic for part in topic[language]]
    assert len(set(texts)) == 4 * len(TOPICS)
    assert not any(letter.isdigit() for text in texts for letter in text)
    for topic in TOPICS:
        assert not any("a" <= letter.lower() <= "z" for text in topic["ko"].values() for letter in text)
        assert all(text.isascii() for text in topic["en"].values())


@pytest.mark.parametrize("offset", [0.0, 0.2])
def test_a_multilingual_embedder_knows_all_pairs(offset):
    """Also when its cosines are all high, as those of some models: that is in the scale, not in the skill."""
    abilities = measure(Knowing("ko", "en", offset=offset))
    for ability in abilities.pairs.values():
        assert ability.skill == 1
        assert ability.related_mean > ability.unrelated_mean + 3 * ability.unrelated_deviation
    assert abilities.languages == ("ko", "en")
    assert (abilities.of("ko", "en").unrelated_mean > 0.5) == (offset > 0)


def test_a_passage_is_worth_a_vector_for_questions_of_any_language():
    """One pair with skill is enough; without any, or where right and wrong partners are equally near, none is."""
    none, some = Ability(0.19, 0.1, 0.1, 0.5, 0.1), Ability(0.2, 0.1, 0.1, 0.5, 0.1)
    level = Ability(0.9, 0.5, 0.1, 0.5, 0.1)

    def passages(**pairs):
        found = {(q, p): pairs.get(f"{q}_{p}", none) for q in LANGUAGES for p in LANGUAGES}
        return Abilities("m", found).passages

    assert passages() == passages(ko_ko=level) == frozenset()
    assert passages(en_en=some) == {"en"}
    assert passages(en_ko=some) == {"ko"}
    assert passages(en_en=some, ko_ko=some) == {"ko", "en"}


def test_an_embedder_of_one_language_knows_only_that():
    """Knowing the topics in Korean is worth nothing for English and between the two."""
    abilities = measure(Knowing("ko"))
    assert abilities.of("ko", "ko").skill == 1
    assert abilities.of("en", "en").skill < 0.4
    assert abilities.of("ko", "en").skill < 0.2
    assert abilities.of("en", "ko").skill < 0.2
    assert abilities.languages == ("ko",)


def test_shared_words_are_little_knowledge():
    """Matching by spelling alone earns little within a language and nothing between them."""
    abilities = measure(HashEmbedder(dimensions=512))
    assert abilities.of("en", "en").skill < 0.5
    assert abilities.of("ko", "ko").skill < 0.3
    assert abilities.of("ko", "en").skill < 0.15


def test_minilm_knows_english_alone(minilm):
    """The packaged model is measured as what it is."""
    abilities = measure(minilm)
    assert abilities.of("en", "en").skill > 0.9
    for pair in (("ko", "ko"), ("ko", "en"), ("en", "ko")):
        assert abilities.of(*pair).skill < 0.05
    assert abilities.languages == ("en",)
    assert abilities.passages == {"en"}


def test_measured_once_for_each_name(tmp_path):
    """The second start reads the file; another embedder is measured and kept beside it."""
    first = HashEmbedder()
    assert remembered(first, tmp_path / "new") is None
    abilities = load_or_measure(first, tmp_path / "new")
    assert remembered(first, tmp_path / "new") == abilities
    assert load_or_measure(first, tmp_path / "new") == abilities
    assert len(first.calls) == 2
    other = Knowing("ko", "en")
    assert load_or_measure(other, tmp_path / "new").of("ko", "en").skill == 1
    assert load_or_measure(HashEmbedder(), tmp_path / "new") == abilities


@pytest.mark.parametrize("content", ["", "[]", "{", '{"x": 1}', "null", "\udcff"])
def test_a_broken_file_costs_a_measurement(tmp_path, content):
    """Whatever the file holds, the abilities are right, and the file is whole afterwards."""
    path = tmp_path / "abilities.json"
    path.write_text(content, encoding="utf-8", errors="surrogateescape")
    embedder = HashEmbedder()
    assert load_or_measure(embedder, tmp_path) == measure(embedder)
    assert embedder.name in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("value", [1, {}, {"ko-ko": {}}, {"ko-ko": {"skill": "high"}}, {"ko-ko": 3}])
def test_a_strange_entry_costs_a_measurement(tmp_path, value):
    """An entry of another shape is measured anew."""
    embedder = HashEmbedder()
    expected = load_or_measure(embedder, tmp_path)
    path = tmp_path / "abilities.json"
    (key,) = json.loads(path.read_text())
    path.write_text(json.dumps({key: value}))
    assert load_or_measure(embedder, tmp_path) == expected


def test_abilities_that_cant_be_kept_are_still_told(tmp_path):
    """A folder that can't be made only costs the next start a measurement."""
    (tmp_path / "file").write_text("in the way")
    embedder = HashEmbedder()
    assert load_or_measure(embedder, tmp_path / "file") == measure(embedder)
