"""The public feed: valid against the standard, honest about its pages, and true to its own OpenAPI."""

import json
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings, strategies
from limits import parse
from sqlalchemy.orm import Session

from directory.feed import Wanted, list_services
from directory.ids import uuid_of
from directory.imports import import_records
from directory.models import Service
from tests.conftest import Clock, Scripted, make_app
from tests.test_directory_import import STANDARD, line, rules
from webhook.feed.views import _description
from webhook.parts import NAME, Parts

LISTS = ("/services", "/service_at_locations", "/taxonomies", "/taxonomy_terms")
PLACE = {
    "id": "66666666-6666-4666-8666-666666666666",
    "location": {
        "id": "55555555-5555-4555-8555-555555555555",
        "location_type": "physical",
        "name": "Town hall",
        "latitude": 52.58,
        "longitude": -1.98,
    },
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The front door with a service that has a place, as councils' services have."""
    app = make_app(tmp_path_factory.mktemp("feed"), Scripted(), Clock())
    linden: Parts = app.extensions[NAME]
    linden.limits.rules["feed"] = parse("1000000 per minute")
    ages = {"minimum_age": 16, "maximum_age": 25}
    thursdays = [{"id": "77777777-7777-4777-8777-777777777777", "freq": "WEEKLY", "byday": "TH", "opens_at": "10:00", "closes_at": "12:00"}]
    import_records(linden.front_door.fallback.directory, [line(service_at_locations=[PLACE], schedules=thursdays, **ages)], rules())
    return app


def get(client: FlaskClient, path: str, status: int = 200, **query: object) -> dict[str, Any]:
    answer = client.get(path, query_string=query)
    assert answer.status_code == status, answer.text
    return json.loads(answer.text)


def every_page(client: FlaskClient, path: str, per_page: int) -> list[dict[str, Any]]:
    rows, number, pages = [], 1, 1
    while number <= pages:
        page = get(client, path, page=number, per_page=per_page)
        pages = page["total_pages"]
        assert (page["page_number"], page["first_page"], page["last_page"]) == (number, number == 1, number == pages)
        assert page["size"] == len(page["contents"]) <= per_page
        rows += page["contents"]
        number += 1
    assert len(rows) == page["total_items"]
    return rows


def checker(name: str) -> jsonschema.Draft202012Validator:
    if not STANDARD.exists():
        pytest.skip("the standard is not beside this checkout")
    schema = json.loads((STANDARD / name).read_text())
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def test_every_service_is_valid_against_the_standard_whole_and_in_lists(client: FlaskClient) -> None:
    whole, listed = checker("service.json"), checker("service_list.json")
    rows = every_page(client, "/services", 20)
    assert len(rows) == 66
    for row in rows:
        listed.validate(row)
        whole.validate(get(client, f"/services/{row['id']}"))


def test_every_service_at_a_location_is_valid_against_the_standard(client: FlaskClient) -> None:
    rows = every_page(client, "/service_at_locations", 20)
    assert [row["location"]["name"] for row in rows] == ["Town hall"]
    checker("service_at_location_list.json").validate(rows[0])
    checker("service_at_location.json").validate(get(client, f"/service_at_locations/{rows[0]['id']}"))


@pytest.mark.parametrize("path", LISTS)
def test_a_page_has_the_fields_of_the_standards_own_examples(client: FlaskClient, path: str) -> None:
    expected = {"total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents"}
    assert set(get(client, path)) == expected


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("size", [1, 7, 100])
def test_pages_hold_every_row_once(client: FlaskClient, path: str, size: int) -> None:
    if size == 1 and path == "/services":
        size = 3
    ids = [row["id"] for row in every_page(client, path, size)]
    assert len(ids) == len(set(ids))


def test_the_page_after_the_last_is_empty(client: FlaskClient) -> None:
    page = get(client, "/services", page=999)
    assert (page["empty"], page["contents"], page["last_page"]) == (True, [], True)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"search": "listening"}, {"Walsall listening line"}),
        ({"search": "100%"}, set()),
        ({"minimum_age": 16}, {"Walsall listening line"}),
        ({"maximum_age": 24}, set()),
        ({"day": "TH", "start_time": "10:00", "end_time": "12:00", "minimum_age": 1}, {"Walsall listening line"}),
        ({"day": "FR", "start_time": "16:30", "end_time": "00:00"}, {"Walsall Emergency Duty Team", "Wolverhampton Emergency Duty Team"}),
        ({"taxonomy_term_id": uuid_of("taxonomy_term", "need/lgbt")}, {"Galop LGBT+ helpline"}),
    ],
)
def test_services_are_filtered_as_the_profile_says(client: FlaskClient, query: dict[str, object], names: set[str]) -> None:
    assert {row["name"] for row in get(client, "/services", per_page=100, **query)["contents"]} == names


def test_a_postcode_gives_the_places_of_its_area(client: FlaskClient) -> None:
    assert get(client, "/service_at_locations", postcode="WS1 1TP")["total_items"] == 1
    assert get(client, "/service_at_locations", postcode="DY1 1AA")["total_items"] == 0


@pytest.mark.parametrize(
    "query", [{"page": 0}, {"page": "x"}, {"per_page": 101}, {"day": "Monday"}, {"start_time": "25:00"}, {"proximity": "1000"}, {"nothing": "1"}]
)
def test_what_cannot_be_answered_is_refused_not_passed_over(client: FlaskClient, query: dict[str, object]) -> None:
    assert set(get(client, "/services", 400, **query)) == {"error"}


@pytest.mark.parametrize("path", ["/services/ndah", f"/services/{uuid_of('service', 'silent55')}", "/taxonomies/x", "/taxonomy_terms/%00"])
def test_what_is_not_shown_is_not_found(client: FlaskClient, path: str) -> None:
    assert set(get(client, path, 404)) == {"error"}


def test_the_root_answers_people_with_the_page_and_programs_with_the_description(client: FlaskClient) -> None:
    assert b"<html" in client.get("/", headers={"Accept": "text/html,*/*"}).data
    assert b"<html" in client.get("/").data
    about = client.get("/", headers={"Accept": "application/json"}).get_json()
    assert about["version"] == "HSDS-UK-3.0"
    assert client.get(urlsplit(about["openapi_url"]).path).get_json()["info"]["title"]


def test_the_feed_names_no_colleague_and_no_ruled_out_number(client: FlaskClient, linden: Parts) -> None:
    with Session(linden.front_door.fallback.directory, future=True) as session, session.begin():
        session.get(Service, "dud-spoc").assured_by = "Sentinel Colleague"
    banned = rules().never_use
    for row in get(client, "/services", per_page=100)["contents"]:
        record = get(client, f"/services/{row['id']}")
        assert "Sentinel" not in json.dumps(record)
        assert banned.found_in(record, record["linden"]["id"]) == []


def test_it_is_read_only_and_open_to_any_site(client: FlaskClient) -> None:
    assert client.post("/services", json={}).status_code == 405
    assert client.get("/services").headers["Access-Control-Allow-Origin"] == "*"


def test_a_service_past_its_review_is_left_out_in_live_mode(app: Flask, linden: Parts) -> None:
    with Session(linden.front_door.fallback.directory, future=True) as session:
        page = list_services(session, Wanted(), number=1, size=100, today=date(2027, 6, 10), live=True)
    names = {service.name for service in page.rows}
    assert "National Domestic Abuse Helpline" in names
    assert not names & {"Dudley Single Point of Contact", "Walsall listening line"}


def test_a_network_that_asks_too_fast_is_told_so(linden: Parts, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(linden.limits.rules, "feed", parse("1 per day"))
    get(client, "/taxonomies")
    assert set(get(client, "/taxonomies", 429)) == {"error"}


def test_a_directory_that_cannot_be_read_says_so(tmp_path: Any, scripted: Scripted, clock: Clock) -> None:
    app = make_app(tmp_path, scripted, clock)
    app.extensions[NAME].front_door.fallback.directory.dispose()
    (tmp_path / "directory.db").write_bytes(b"not a database")
    assert get(app.test_client(), "/services", 503) == {"error": "the directory cannot be read just now"}


SCHEMA = schemathesis.from_dict(_description())
ODD = strategies.text(alphabet="0123456789:ABMOTU%_\\' \0é", max_size=12)  # values near the right ones, and far from them
PATHS = sorted(_description()["paths"])
KNOWN = [PLACE["id"], uuid_of("service", "ndah"), uuid_of("taxonomy", "need"), "x"]
manner = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("path", PATHS)
@manner
@given(data=strategies.data())
def test_it_is_true_to_its_own_openapi_whatever_schemathesis_asks(data: strategies.DataObject, app: Flask, path: str) -> None:
    case = data.draw(SCHEMA[path]["GET"].as_strategy(), "request")
    case.validate_response(case.call_wsgi(app))


@pytest.mark.parametrize("path", PATHS)
@manner
@given(data=strategies.data())
def test_it_is_true_to_its_own_openapi_for_what_exists_and_what_is_odd(data: strategies.DataObject, app: Flask, path: str) -> None:
    operation = SCHEMA[path]["GET"]
    query = data.draw(strategies.dictionaries(strategies.sampled_from([each.name for each in operation.query] or ["page"]), ODD))
    case = operation.make_case(
        query=query, path_parameters={"id": str(data.draw(strategies.sampled_from(KNOWN) | strategies.uuids()))} if "{id}" in path else {}
    )
    case.validate_response(case.call_wsgi(app))
