"""Our runner gives what Rasa's gives, for understanding a message and for predicting what is done next."""

from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.runner import StraightRunner
from tools.agent import AgentAssistant


def test_a_message_is_understood_as_rasas_own_runner_understands_it(assistant: AgentAssistant) -> None:
    runner, target = assistant.agent.processor.graph_runner, assistant.agent.processor.model_metadata.nlu_target
    assert isinstance(runner, StraightRunner)
    inputs = {PLACEHOLDER_MESSAGE: [UserMessage("how long does a dvpo last")]}
    ours, rasas = (run(runner, inputs=inputs, targets=[target])[target][0].as_dict() for run in (StraightRunner.run, DaskGraphRunner.run))
    assert ours["intent"]["name"] == "dvpo_terms"
    assert (ours["intent"], ours["intent_ranking"]) == (rasas["intent"], rasas["intent_ranking"])


def test_the_next_action_is_predicted_as_rasas_own_runner_predicts_it(assistant: AgentAssistant) -> None:
    runner, target = assistant.agent.processor.graph_runner, assistant.agent.processor.model_metadata.core_target
    tracker = DialogueStateTracker("runner", assistant.agent.domain.slots)
    for event in (ActionExecuted("action_listen"), UserUttered("", {"name": "refuge", "confidence": 0.9})):
        tracker.update(event, assistant.agent.domain)
    ours, rasas = (run(runner, inputs={PLACEHOLDER_TRACKER: tracker}, targets=[target])[target] for run in (StraightRunner.run, DaskGraphRunner.run))
    assert max(ours.probabilities) == 1.0
    assert (ours.probabilities, ours.policy_name) == (rasas.probabilities, rasas.policy_name)
