"""The policy: Rasa's own rules, of which only those are tried that could fit what was just heard and done."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.trackers import DialogueStateTracker

Moment = tuple[str | None, str | None]  # the action just done, and the intent heard


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class TurnRulePolicy(RulePolicy):  # type: ignore[misc]
    """Predicts what RulePolicy predicts, without trying every rule against every state, and each twice."""

    by_moment: dict[Moment, list[str]] | None = None

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext, **kwargs: Any
    ) -> TurnRulePolicy:
        """Read back the rules and sort them by the moment each is for."""
        policy: TurnRulePolicy = super().load(config, model_storage, resource, execution_context, **kwargs)
        policy.by_moment = defaultdict(list)
        for key in policy.lookup[RULES]:
            policy.by_moment[moment(policy._rule_key_to_state(key)[-1])].append(key)
        return policy

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> tuple[str | None, str | None, bool]:
        """See RulePolicy; no rule of ours is about the words themselves (tests/test_policy.py)."""
        if use_text_for_last_user_input:
            return None, None, False
        found: tuple[str | None, str | None, bool] = super()._find_action_from_rules(tracker, domain, use_text_for_last_user_input=False)
        return found

    def _get_possible_keys(self, lookup: dict[str, str], states: list[State]) -> set[str]:
        """See RulePolicy; a rule whose last state names another action or intent cannot fit."""
        if self.by_moment is not None and lookup is self.lookup[RULES]:
            action, intent = moment(states[-1])
            lookup = {key: lookup[key] for wanted in {(action, intent), (action, None)} for key in self.by_moment.get(wanted, ())}
        keys: set[str] = super()._get_possible_keys(lookup, states)
        return keys


def moment(state: State) -> Moment:
    """Return the action just done and the intent heard in a state of a rule or of a conversation."""
    return state.get("prev_action", {}).get("action_name"), state.get("user", {}).get("intent")
