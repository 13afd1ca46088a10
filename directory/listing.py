"""Keeps the table `listing` in line with the services: which of them may be found, under which area and need, how sure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from directory.models import Listing, Service

SURENESS = {"high": 0, "medium": 1, "low": 2, "not verified": 3}
NATIONAL_PAIR = ("ndah", "mal")  # facts/README.md: never send a man, or someone who has not said, to a women-only line alone
PHONE_REVIEW = timedelta(days=90)  # facts/README.md: phone numbers are looked at again after 90 days
OUR_OWN = "seed"
GENDERS = ("women", "men")
FOR_ALL = "anyone"


def relist(session: Session, services: Iterable[Service]) -> None:
    """Bring the listing of these services up to date; the session is flushed."""
    services = list(services)
    session.flush()
    for some in (services[i : i + 500] for i in range(0, len(services), 500)):
        session.execute(delete(Listing).where(Listing.service_id.in_([service.id for service in some])))
        rows = [row for service in some if _can_be_shown(service) for row in listing_rows(service)]
        if rows:
            session.execute(Listing.__table__.insert(), rows)


def rank(service: Service) -> int:
    """How early a service is looked at, lowest first: single points of contact, then what can be reached, then the surest."""
    first = service.single_point_of_contact or service.id in NATIONAL_PAIR
    reachable = bool(service.phones or service.text_line)
    return 100 * (not first) + 10 * (not reachable) + SURENESS[service.confidence]


def gender_of(audience: set[str]) -> str | None:
    """`women` or `men` when a service is for them alone."""
    named = audience & set(GENDERS)
    return named.pop() if len(named) == 1 and FOR_ALL not in audience else None


def _can_be_shown(service: Service) -> bool:
    """True when it is active and says how it is reached."""
    return service.status == "active" and bool(service.phones or service.text_line or service.url)


def listing_rows(service: Service) -> list[dict[str, object]]:
    """The rows of `listing` for one service: one for each of its areas and needs."""
    terms = {(term.taxonomy, term.term) for term in service.terms}
    audience = {term for taxonomy, term in terms if taxonomy == "audience" and term}
    shared = {
        "rank": rank(service),
        "service_id": service.id,
        "vetted": service.origin == OUR_OWN or service.assured_by is not None,
        "review_by": service.review_by,
        "gender": gender_of(audience),
        "names_audience": " ".join(sorted(audience)),
        "always_open": service.always_open,
    }
    areas = {row.area for row in service.areas if row.area}
    needs = {term for taxonomy, term in terms if taxonomy == "need" and term}
    return [shared | {"area": area, "need": need} for area in areas for need in needs]
