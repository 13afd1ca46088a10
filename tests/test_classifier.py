"""The intent classifier on its own: what it chooses on folds, and that weighed n-grams read as they were learned."""

from pathlib import Path

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from bot.classifier import LinearIntentClassifier
from safety.ngrams import PLACES

INTENTS = ("refuge", "pets", "police")


def example(chance: np.random.Generator, intent: str) -> Message:
    """A message whose sentence vector says its intent, and whose n-grams are noise."""
    message = Message.build(f"{intent} {chance.random()}", intent)
    vector = np.eye(3, dtype=np.float32)[[INTENTS.index(intent)]] + chance.normal(0, 0.2, (1, 3)).astype(np.float32)
    noise = csr_matrix((np.ones(40, np.float32) / 40**0.5, (np.zeros(40, int), chance.choice(PLACES, 40, replace=False))), shape=(1, PLACES))
    message.add_features(Features(noise, FEATURE_TYPE_SENTENCE, TEXT, "ngrams"))
    message.add_features(Features(vector, FEATURE_TYPE_SENTENCE, TEXT, "encoder"))
    return message


def trained(folder: Path, **config: object) -> tuple[LinearIntentClassifier, list[Message]]:
    """A classifier trained on some of the messages, and those it has not seen."""
    chance = np.random.default_rng(3)
    messages = [example(chance, intent) for intent in INTENTS * 30]
    folder.mkdir()
    storage = LocalModelStorage.create(folder)
    classifier = LinearIntentClassifier({**LinearIntentClassifier.get_default_config(), **config}, storage, Resource("classifier"))
    classifier.train(TrainingData(messages[:60]))
    return classifier, messages[60:]


def share_right(classifier: LinearIntentClassifier, messages: list[Message]) -> float:
    wanted = [message.get("intent") for message in messages]
    return float(np.mean([message.get("intent")["name"] == intent for message, intent in zip(classifier.process(messages), wanted, strict=True)]))


def test_of_several_weights_the_one_that_is_right_most_often_on_folds_is_taken(tmp_path: Path) -> None:
    chosen, unseen = trained(tmp_path / "several", C=[0.1, 1.0], ngrams=[100.0, 0.1])
    wrong, the_same = trained(tmp_path / "one", C=1.0, ngrams=100.0)
    assert share_right(chosen, unseen) > share_right(wrong, the_same)


def test_many_examples_are_chosen_on_by_a_part_and_learned_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.classifier.ENOUGH", 59)
    folded = []
    monkeypatch.setattr("bot.classifier.cross_val_score", lambda model, rows, intents, cv: folded.append(rows.shape[0]) or np.zeros(1))
    chosen, _ = trained(tmp_path / "part", C=[1.0, 0.1], ngrams=1.0)
    whole, _ = trained(tmp_path / "whole", C=1.0, ngrams=1.0)
    assert folded == [59, 59]
    assert np.array_equal(chosen.weights, whole.weights)


def test_a_weight_of_the_ngrams_is_in_what_was_learned_and_not_asked_for_again(tmp_path: Path) -> None:
    with_weight, _ = trained(tmp_path / "weighed", ngrams=0.1)
    without, _ = trained(tmp_path / "plain", ngrams=1.0)
    assert np.abs(with_weight.weights[:, :PLACES]).max() < np.abs(without.weights[:, :PLACES]).max()
