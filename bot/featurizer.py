"""The dense features of a message: its sentence vector from the shared encoder over the shared normalisation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import DENSE_FEATURIZABLE_ATTRIBUTES
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.reading import fingerprint
from safety.encoder import Encoder, Vectors
from safety.normalise import Normaliser, plain

_READ: ContextVar[Mapping[str, Vectors]] = ContextVar("read", default=MappingProxyType({}))  # of the turn being answered


@contextmanager
def read_already(vectors: Mapping[str, Vectors]) -> Iterator[None]:
    """Let the featurizer take the vectors of these messages as they are, for as long as this turn lasts."""
    before = _READ.set(vectors)
    try:
        yield
    finally:
        _READ.reset(before)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoderFeaturizer(DenseFeaturizer, GraphComponent):  # type: ignore[misc]
    """Adds one sentence vector per message, of length 1."""

    def __init__(self, config: dict[str, Any], name: str, encoder: Encoder, normalise: Normaliser) -> None:
        """Keep the shared encoder and normalisation."""
        super().__init__(name, config)
        self._encoder = encoder
        self._normalise = normalise

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> SentenceEncoderFeaturizer:
        """Open the encoder under the project's folder; raises EncoderMissing."""
        root = Path(config["root"])
        return cls(config, execution_context.node_name, Encoder.load(root), Normaliser.load(root))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """What Rasa's cache must not outlive."""
        return fingerprint(Path(config["root"]))

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the sentence vector of each message that has text."""
        for message in messages:
            for attribute in DENSE_FEATURIZABLE_ATTRIBUTES:
                if text := message.get(attribute):
                    vector = self._read(text)
                    self.add_features_to_message(np.array(vector), np.array(vector), attribute, message)
        return messages

    def _read(self, text: str) -> Vectors:
        """The vector of what a person typed, shape (1, dimensions): the front door's where it came with the message."""
        known = _READ.get().get(text)
        return self._encoder([plain(text, self._normalise)]) if known is None else known.reshape(1, -1)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the sentence vector of every training example."""
        self.process(training_data.training_examples)
        return training_data

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to check: `root` has a default."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`root` is the project's folder, where the encoder and the spelling lexicon are."""
        return {**DenseFeaturizer.get_default_config(), "root": "."}
