"""The sparse features of a message: the shared character n-grams, weighed by how rare each is in the training examples."""

from __future__ import annotations

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
from scipy.sparse import csr_matrix

from bot.reading import fingerprint
from safety.ngrams import PLACES, Rarity, fit_rarity, ngrams
from safety.normalise import Normaliser, plain


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class CharacterNgramFeaturizer(SparseFeaturizer, GraphComponent):  # type: ignore[misc]
    """Adds the hashed n-grams within words; what it learned is one plain array."""

    def __init__(self, config: dict[str, Any], name: str, storage: ModelStorage, resource: Resource) -> None:
        """Start untrained: every n-gram weighs the same."""
        super().__init__(name, config)
        self._storage = storage
        self._resource = resource
        self._normalise = Normaliser.load(Path(config["root"]))
        self.rarity: Rarity = np.ones(PLACES, np.float32)

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
            component.rarity = np.load(folder / "rarity.npy", allow_pickle=False)
        return component

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """What Rasa's cache must not outlive."""
        return fingerprint(Path(config["root"]))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn how rare each n-gram is."""
        examples = [example.get(TEXT) for example in training_data.intent_examples if example.get(TEXT)]
        self.rarity = fit_rarity([plain(text, self._normalise) for text in examples])
        with self._storage.write_to(self._resource) as folder:
            np.save(folder / "rarity.npy", self.rarity)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the n-grams of each message that has text."""
        for message in messages:
            if text := message.get(TEXT):
                found = ngrams(plain(text, self._normalise), self.rarity)
                row = csr_matrix((found.values, found.places, [0, len(found.places)]), shape=(1, PLACES))
                self.add_features_to_message(None, row, TEXT, message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the n-grams of every training example."""
        self.process(training_data.training_examples)
        return training_data

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to check: `root` has a default."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`root` is the project's folder, where the spelling lexicon is."""
        return {**SparseFeaturizer.get_default_config(), "root": "."}
