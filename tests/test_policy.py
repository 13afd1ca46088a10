"""Our policy predicts what Rasa's rule policy predicts, for every intent before, between and after the actions of its rule."""

import json
from copy import copy

import pytest
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.shared.core.constants import DEFAULT_INTENTS
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.policy import TurnRulePolicy
from tools.agent import AgentAssistant


@pytest.fixture(scope="module")
def domain(assistant: AgentAssistant) -> Domain:
    return assistant.agent.domain


@pytest.fixture(scope="module")
def policy(assistant: AgentAssistant) -> TurnRulePolicy:
    nodes = assistant.agent.processor.graph_runner._instantiated_nodes.values()
    return next(node._component for node in nodes if isinstance(node._component, TurnRulePolicy))


def predicted(policy: TurnRulePolicy, tracker: DialogueStateTracker, domain: Domain) -> tuple[list[float], str | None]:
    prediction, source = policy._predict(tracker, domain)
    return prediction.probabilities, source


def as_rasa_predicts(policy: TurnRulePolicy, tracker: DialogueStateTracker, domain: Domain) -> tuple[list[float], str | None]:
    plain = copy(policy)
    plain.__class__ = RulePolicy  # the same rules, tried as Rasa tries them
    return predicted(plain, tracker, domain)


def test_every_step_of_every_intent_is_predicted_as_rasa_predicts_it(policy: TurnRulePolicy, domain: Domain) -> None:
    for area in (None, "Walsall"):
        for intent in sorted(set(domain.intents) - set(DEFAULT_INTENTS)):
            tracker = DialogueStateTracker("a", domain.slots)
            heard = UserUttered("", {"name": intent, "confidence": 0.9})
            for event in (ActionExecuted("action_session_start"), ActionExecuted("action_listen"), SlotSet("area", area), heard):
                tracker.update(event, domain)
            for _ in range(5):
                ours = predicted(policy, tracker, domain)
                assert ours == as_rasa_predicts(policy, tracker, domain), intent
                done = domain.action_names_or_texts[max(range(len(ours[0])), key=ours[0].__getitem__)]
                tracker.update(ActionExecuted(done), domain)
                if done == "action_listen":
                    break
            else:
                pytest.fail(f"{intent} does not come to its end")


def test_no_rule_is_about_the_words_themselves(policy: TurnRulePolicy) -> None:
    states = [state for key in policy.lookup[RULES] for state in json.loads(key)]
    assert any(state.get("user") for state in states)
    assert not any("text" in state.get("user", {}) for state in states)


def test_what_is_done_where_no_rule_fits_is_in_the_domain(policy: TurnRulePolicy, domain: Domain) -> None:
    assert policy._fallback_action_name in domain.action_names_or_texts
