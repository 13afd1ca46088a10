"""The table of what the partnerships name stays complete, and true to the replies it points to."""

import re

import pytest

from tests.conftest import ROOT
from webhook.words import Words

WORDS = Words.load(ROOT)
PAGE = (ROOT / "docs/pathways.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("|") and not line.startswith(("|---", "| named"))
]

# Read from the five documents, each name as they write it; in the order of documents 000 to 004.
NAMED = {
    "000": ["whg", "right to ask", "right to know", "Victims' Code", "economic", "emotional", "coercive", "perpetrator"],
    "001": ["Victim Support", "Neighbourhood Watch", "Modern slavery", "Night shelter", "Safe and Well", "Prevent", "Hate crime", "Drug and alcohol",
            "Restorative justice", "Mental health", "Domestic Homicide", "West Midlands Police", "Clare's Law"],
    "002": ["SPOC", "BCWA", "CHADD", "MARAC", "Council Plus", "Emergency Duty Team", "MASH", "101", "Building Better Relationships", "Partner Link", "Offender Management",
            "Cafcass", "Stalking Protection Order", "Forced Marriage Protection Order", "Non-molestation", "Occupation order", "DVPO", "DVDS", "Honour-based",
            "Forced marriage", "FGM", "Older", "Disabled", "LGBT", "BME", "Young people", "Sexual violence", "Controlling or coercive", "West Midlands Standards",
            "Families", "Professionals", "forums", "financial", "Safe and Sound"],
    "003": ["Ask Marc", "Sanctuary", "Resettlement", "Counselling", "Art therapy", "family support workers", "Family Hubs", "IDVA", "Child-to-parent", "Male victims",
            "DAPO", "Flourishing Futures", "Peer", "DAHA", "Temporary accommodation", "immigration status", "care and support needs", "Suicide", "Harassment",
            "Threats to kill", "family members", "Larger families", "Children as victims", "statutory definition", "Homelessness duty", "Economic"],
    "004": ["Women in public", "Professionals"],
}  # fmt: skip


@pytest.mark.parametrize(("document", "name"), [(document, name) for document, names in NAMED.items() for name in names])
def test_everything_the_documents_name_has_a_row(document: str, name: str) -> None:
    rows = [row for row in ROWS if name.lower() in row[0].lower()]
    assert rows, name
    assert any(document in row[1] for row in rows), f"{name} is not noted as named in {document}"


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_row_names_a_reply_that_says_what_the_row_says_it_says(row: list[str]) -> None:
    _, documents, reply, says = row
    assert re.fullmatch(r"00[0-4]( 00[0-4])*", documents)
    if reply == "none":
        assert len(says.split()) >= 4, "a gap needs its reason"
    else:
        assert says in WORDS.variant(reply).text or says in WORDS.variant(reply, "sms").text
