"""The intent classifier: one linear model over both kinds of features, kept as plain arrays.

Fitted with scikit-learn's LinearSVC, one against the rest; its margins become confidences through a softmax. Classes are
not weighed by rarity: out of scope has the most examples because most of what people could type is, and weighing it
down cost 18 points of its recall (docs/decisions/0005). C and sharpness were chosen on the tenth of the lines set aside
(docs/decisions/0008): at sharpness 4 the confidences differ from the share that is right by 0.04 on average. For other
data, several values of C and of the n-grams' weight may be given; the pair that is right most often on folds is taken.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.svm import LinearSVC

from safety.ngrams import PLACES

RANKED = 10
FOLDS = 5
ENOUGH = 3_000  # examples to choose on: every pair of values is fitted FOLDS times


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(IntentClassifier, GraphComponent):  # type: ignore[misc]
    """Ranks the intents of a message by margin; the best is set as its intent."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        """Start untrained."""
        self.config = config
        self._storage = storage
        self._resource = resource
        self.labels: npt.NDArray[np.str_] = np.array([], dtype=str)
        self.weights: npt.NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self.biases: npt.NDArray[np.float32] = np.zeros(0, np.float32)

    @classmethod
    def required_components(cls) -> list[type]:
        """At least one featurizer must come before it."""
        return [Featurizer]

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> LinearIntentClassifier:
        """Make an untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext, **_: Any
    ) -> LinearIntentClassifier:
        """Read back what `train` wrote; nothing is unpickled."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder, np.load(folder / "linear.npz", allow_pickle=False) as arrays:
            component.labels, component.weights, component.biases = arrays["labels"], arrays["weights"], arrays["biases"]
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Fit one margin per intent."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        rows, intents = vstack([_features(example) for example in examples]).tocsr(), np.array([example.get(INTENT) for example in examples])
        simplicity, share = self._choose(rows, intents)
        fitted = _model(simplicity).fit(_weighed(rows, share), intents)
        self.labels = fitted.classes_.astype(str)
        self.weights = fitted.coef_.astype(np.float32)
        self.weights[:, :PLACES] *= share  # so that a message's n-grams need not be weighed when it is read
        self.biases = fitted.intercept_.astype(np.float32)
        with self._storage.write_to(self._resource) as folder:
            np.savez(folder / "linear.npz", labels=self.labels, weights=self.weights, biases=self.biases)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent and the ranking of each message."""
        for message in messages:
            if message.get(TEXT):
                ranking = self._rank(message)
                message.set(INTENT, ranking[0], add_to_output=True)
                message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave training data as it is: nothing after this reads predictions on it."""
        return training_data

    def _choose(self, rows: csr_matrix, intents: npt.NDArray[np.str_]) -> tuple[float, float]:
        """Return C and the n-grams' weight: those given, or of several the pair that is right most often on folds of at most ENOUGH rows."""
        pairs = list(product(np.atleast_1d(self.config["C"]), np.atleast_1d(self.config["ngrams"])))
        if len(pairs) == 1:
            return pairs[0]
        kept = np.sort(np.random.default_rng(0).permutation(len(intents))[:ENOUGH])
        rows, intents = rows[kept], intents[kept]
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
        return max(pairs, key=lambda pair: cross_val_score(_model(pair[0]), _weighed(rows, pair[1]), intents, cv=folds).mean())

    def _rank(self, message: Message) -> list[dict[str, Any]]:
        margins = np.asarray(_features(message) @ self.weights.T)[0] + self.biases
        odds = np.exp(self.config["sharpness"] * (margins - margins.max()))
        confidences = odds / odds.sum()
        best = np.argsort(-confidences)[:RANKED]
        return [{"name": str(self.labels[i]), "confidence": float(confidences[i])} for i in best]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """C weighs fit against simplicity, `ngrams` the n-grams against the sentence vector; sharpness turns margins into confidences."""
        return {"C": 0.1, "ngrams": 1.0, "sharpness": 4.0}


def _model(simplicity: float) -> LinearSVC:
    return LinearSVC(C=simplicity, random_state=0)


def _weighed(rows: csr_matrix, share: float) -> csr_matrix:
    """The rows with their n-grams, the first PLACES columns, at another weight."""
    return hstack([rows[:, :PLACES] * share, rows[:, PLACES:]]).tocsr()


def _features(message: Message) -> csr_matrix:
    """One row: the sparse sentence features beside the dense ones."""
    sparse, dense = message.get_sparse_features(TEXT)[1], message.get_dense_features(TEXT)[1]
    parts = [csr_matrix(part.features) for part in (sparse, dense) if part is not None]
    return hstack(parts).tocsr()
