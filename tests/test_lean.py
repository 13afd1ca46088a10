"""Rasa serves without TensorFlow, and what is done once gives what Rasa's own gives."""

import subprocess
import sys
from pathlib import Path

import pytest
import rasa

from bot.lean import WITH_TENSORFLOW
from tools.train import model_path

ROOT = Path(__file__).resolve().parents[1]
SERVING = """
import sys
from pathlib import Path
from bot.lean import do_once, leave_tensorflow_out, trust_the_model
leave_tensorflow_out()
trust_the_model()
do_once()
from rasa.core.agent import Agent
from rasa.shared.core.events import ActionExecuted, Event
agent = Agent()
agent.load_model(Path(sys.argv[1]))
import asyncio
from rasa.core.channels.channel import UserMessage
print(asyncio.run(agent.processor.parse_message(UserMessage("what is clares law")))["intent"]["name"])
print(Event.resolve_by_type("action") is ActionExecuted, "tensorflow" in sys.modules)
"""


def test_a_model_is_loaded_and_understands_without_tensorflow() -> None:
    code = [sys.executable, "-W", "ignore", "-c", SERVING, str(model_path(ROOT))]
    answer = subprocess.run(code, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    assert answer[-3:-1] == ["clares_law_what", "True False"]


@pytest.mark.parametrize("module", sorted(WITH_TENSORFLOW))
def test_a_stand_in_is_of_a_module_that_rasa_has_and_that_has_the_names(module: str) -> None:
    source = (Path(rasa.__file__).parent / Path(*module.split(".")[1:])).with_suffix(".py").read_text("utf-8")
    assert all(f"class {name}(" in source for name in WITH_TENSORFLOW[module])
