"""A new county is data: areas, postcodes, places and contacts are added to a copy of the seed, and no code is touched."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml
from flask import Flask
from sqlalchemy.orm import Session

from directory.areas import SEED
from directory.database import open_directory
from directory.load import load_seed
from directory.places import Gazetteer
from directory.queries import find_services
from safety.redact import redact
from tests.conftest import ROOT, Clock, Scripted
from webhook.app import create_app
from webhook.parts import NAME

COUNTY = "Mercia"
CONTACT = {
    "id": "mercia-line",
    "name": "Mercia Domestic Abuse Line",
    "purpose": "Support",
    "for_who": "Anyone",
    "phone": "01632 960001",
    "text": None,
    "web": None,
    "email": None,
    "hours": None,
    "cost": None,
    "languages_accessibility": None,
    "area": COUNTY,
    "level": "local",
    "sources": ["invented for a test"],
    "newest_source_date": "2026",
    "date_seen": "2026-11-21",
    "confidence": "high",
    "notes": None,
}
NOTE = {
    "phones": [["01632 960001", "01632960001"]],
    "what": "Support with domestic abuse",
    "who": "anyone",
    "area": COUNTY,
    "spoc": True,
    "needs": ["domestic_abuse"],
    "audience": ["anyone"],
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The project with an invented county added by the steps of docs/directory.md; everything but the seed is the real one."""
    for path in ROOT.iterdir():
        if path.name not in ("directory", "var", ".git"):
            (tmp_path / path.name).symlink_to(path)
    folder = tmp_path / SEED
    shutil.copytree(ROOT / SEED, folder)
    with (folder / "areas.yml").open("a") as file:
        file.write(f"- {{name: {COUNTY}, code: E99999999, mark: Me}}\n")
    with (folder / "postcodes.txt").open("a") as file:
        file.write("ZZ1 1 Me AA AB\n")
    with (folder / "places.tsv").open("a") as file:
        file.write(f"little mercia\t{COUNTY}\n")
    _change(folder / "postcode_districts.json", lambda body: body["districts"].update({"ZZ1": {COUNTY: 2}}))
    _change(folder / "contacts.json", lambda body: body.append(CONTACT))
    notes = folder / "annotations.yml"
    notes.write_text(notes.read_text() + yaml.safe_dump({CONTACT["id"]: NOTE}))
    return tmp_path


def _change(path: Path, change: object) -> None:
    body = json.loads(path.read_text())
    change(body)
    path.write_text(json.dumps(body))


def test_its_postcodes_and_places_are_known_and_its_own_line_comes_first(root: Path) -> None:
    gazetteer = Gazetteer.load(root)
    assert gazetteer.find("", redact("ZZ1 1AA").postcodes or ("ZZ1 1AA",)) == COUNTY
    assert gazetteer.find("I live in little mercai") == COUNTY
    assert gazetteer.find("", ("DY1 1AA",)) == "Dudley"
    engine = open_directory("sqlite://")
    load_seed(engine, root)
    with Session(engine, future=True) as session:
        cards = find_services(session, needs=("domestic_abuse",), area=COUNTY, today=date(2026, 11, 22))
    assert [card.id for card in cards] == ["mercia-line", "ndah", "mal"]


def test_the_front_door_answers_with_it_when_rasa_is_down(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    var = tmp_path_factory.mktemp("var")
    load_seed(open_directory(f"sqlite:///{var / 'directory.db'}"), root)
    app: Flask = create_app({"LINDEN_VAR": str(var)}, root, assistant=Scripted(error=True), now=Clock())
    client = app.test_client()
    session = client.post("/chat/open").get_json()["session"]
    answer = client.post("/chat/message", json={"text": "who can help in Little Mercia", "turn": 1}, headers={"X-Chat-Session": session})
    assert "01632 960001" in answer.text
    assert app.extensions[NAME].front_door.gazetteer.areas[-1] == COUNTY
