"""The sparse features of a message: tf-idf of its character n-grams, which hold up against typos and dialect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.featurizer import plain
from safety.normalise import Normaliser


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class CharacterNgramFeaturizer(SparseFeaturizer, GraphComponent):  # type: ignore[misc]
    """Adds the tf-idf of n-grams within words; what it learned is kept as plain JSON."""

    def __init__(self, config: dict[str, Any], name: str, storage: ModelStorage, resource: Resource) -> None:
        """Start untrained."""
        super().__init__(name, config)
        self._storage = storage
        self._resource = resource
        self._normalise = Normaliser.load(Path(config["root"]))
        self._vectorizer = _vectorizer(config)

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> CharacterNgramFeaturizer:
        """Make an untrained featurizer."""
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext, **_: Any
    ) -> CharacterNgramFeaturizer:
        """Read back what `train` wrote."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            learned = json.loads((folder / "ngrams.json").read_text("utf-8"))
        component._vectorizer.vocabulary_ = learned["vocabulary"]
        component._vectorizer.idf_ = np.array(learned["idf"])
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learn which n-grams there are and how telling each is."""
        texts = [plain(example.get(TEXT), self._normalise) for example in training_data.intent_examples if example.get(TEXT)]
        self._vectorizer.fit(texts)
        learned = {
            "vocabulary": {ngram: int(column) for ngram, column in self._vectorizer.vocabulary_.items()},
            "idf": self._vectorizer.idf_.tolist(),
        }
        with self._storage.write_to(self._resource) as folder:
            (folder / "ngrams.json").write_text(json.dumps(learned), "utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the n-grams of each message that has text."""
        for message in messages:
            if text := message.get(TEXT):
                self.add_features_to_message(None, self._vectorizer.transform([plain(text, self._normalise)]), TEXT, message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the n-grams of every training example."""
        self.process(training_data.training_examples)
        return training_data

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to check: every setting has a default."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Lengths of n-gram, how many are kept, in how many examples one must occur, and the project's folder."""
        return {**SparseFeaturizer.get_default_config(), "shortest": 2, "longest": 4, "most": 20_000, "in_examples": 2, "root": "."}


def _vectorizer(config: dict[str, Any]) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char_wb",
        ngram_range=(config["shortest"], config["longest"]),
        max_features=config["most"],
        min_df=config["in_examples"],
        sublinear_tf=True,
        lowercase=False,
    )
