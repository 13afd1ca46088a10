"""What of Rasa is left out, or done once instead of every turn, while it serves.

Rasa loads TensorFlow for components that Linden does not use, and looks up or checks again at every turn what never
changes. What each point here gave is in docs/performance.md; `serve` and the tests that talk to a real agent both call it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

from jsonschema import Draft202012Validator

# Modules of Rasa that load TensorFlow, and the names other modules take from them at import: none is used by our pipeline.
WITH_TENSORFLOW = {
    "rasa.core.policies.ted_policy": ("TEDPolicy",),
    "rasa.core.policies.unexpected_intent_policy": ("UnexpecTEDIntentPolicy",),
    "rasa.nlu.classifiers.diet_classifier": ("DIETClassifier",),
    "rasa.nlu.featurizers.dense_featurizer.convert_featurizer": ("ConveRTFeaturizer",),
    "rasa.nlu.featurizers.dense_featurizer.lm_featurizer": ("LanguageModelFeaturizer",),
    "rasa.nlu.selectors.response_selector": ("ResponseSelector",),
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator",),
}
COMPONENTS = "rasa.engine.recipes.default_components"  # where Rasa imports every component it has


def leave_tensorflow_out() -> None:
    """Put empty classes in the place of what needs TensorFlow; does nothing in a process that has loaded it already."""
    if "tensorflow" in sys.modules:
        return
    for module, names in WITH_TENSORFLOW.items():
        _stand_in(module, {name: type(name, (), {}) for name in names})

    from rasa.nlu.classifiers.fallback_classifier import FallbackClassifier

    _stand_in(COMPONENTS, {"DEFAULT_COMPONENTS": [FallbackClassifier]})


def trust_the_model() -> None:
    """Leave the domain that is in a model unchecked: it was checked when the model was trained, and reading it once more for the
    check is slow, the only reading that libyaml cannot do."""
    import rasa.shared.utils.validation

    rasa.shared.utils.validation.validate_yaml_schema = lambda *_, **__: None


def do_once() -> None:
    """Let Rasa plan its graph, find the class of an event, and read the schema of an action's answer, once."""
    import rasa.core.processor
    from rasa.core.actions.action import RemoteAction
    from rasa.shared.core.events import Event

    from bot.runner import StraightRunner

    rasa.core.processor.DaskGraphRunner = StraightRunner
    RemoteAction._validate_action_result = check_of(RemoteAction.action_response_format_spec())
    Event.resolve_by_type = staticmethod(cache(Event.resolve_by_type))


def check_of(schema: dict[str, Any]) -> Callable[[Any, dict[str, Any]], bool]:
    """Return a check of an action server's answer against `schema`, which is read once.

    Rasa's own reads and checks the schema itself for every answer."""
    validator = Draft202012Validator(schema)

    def check(_: Any, answer: dict[str, Any]) -> bool:
        validator.validate(answer)
        return True

    return check


def _stand_in(name: str, content: dict[str, Any]) -> None:
    module = ModuleType(name, "A stand-in made by bot/lean.py.")
    module.__dict__.update(content)
    sys.modules[name] = module
