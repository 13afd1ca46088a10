"""Which needs of the directory an intent asks for, the most fitting first, and for whom; else any domestic abuse help for anyone."""

from __future__ import annotations

DEFAULT = ("domestic_abuse",)

NEEDS: dict[str, tuple[str, ...]] = {
    "suicidal": ("suicide",),
    "mental_health": ("mental_health",),
    "child_in_danger": ("child_protection", "child_protection_night", "young_people"),
    "child_at_home": ("young_people", "child_protection", "child_protection_night"),
    "children_support": ("child_protection", "children_support", "young_people"),
    "abuse_sexual": ("sexual_violence",),
    "sarc": ("sexual_violence", "sexual_violence_child"),
    "abuse_economic": ("money",),
    "money_help": ("money",),
    "abuse_stalking": ("stalking",),
    "abuse_images": ("images",),
    "abuse_honour": ("honour",),
    "forced_marriage": ("forced_marriage", "honour"),
    "marriage_protection_order": ("forced_marriage", "fgm"),
    "fgm": ("fgm", "child_protection"),
    "abuse_by_child": ("abuse_by_child", "domestic_abuse"),
    "abuse_older": ("older", "adult_protection", "adult_protection_night"),
    "disabled_victim": ("adult_protection", "adult_protection_night", "domestic_abuse"),
    "male_victim": ("men",),
    "lgbt_victim": ("lgbt", "domestic_abuse"),
    "professional_referral": ("professional", "child_protection", "adult_protection"),
    "non_molestation_order": ("legal",),
    "occupation_order": ("legal",),
    "legal_aid": ("legal_aid", "legal"),
    "police_not_helping": ("victims", "domestic_abuse"),
    "victim_rights": ("victims",),
    "refuge": ("refuge", "housing"),
    "housing_rights": ("housing",),
    "stay_safe_home": ("safety", "housing"),
    "immigration": ("immigration",),
    "spoc_what": ("spoc", "domestic_abuse"),
}

AUDIENCES: dict[str, tuple[str, ...]] = {
    "male_victim": ("men",),
    "lgbt_victim": ("lgbt",),
    "abuse_older": ("older",),
    "disabled_victim": ("disabled",),
    "child_at_home": ("children",),
    "professional_referral": ("professionals",),
}


def needs_of(intent: str | None) -> tuple[str, ...]:
    """Return the needs that `intent` asks for, most fitting first."""
    return NEEDS.get(intent or "", DEFAULT)


def audiences_of(intent: str | None) -> tuple[str, ...]:
    """Return whom an intent says the help is for; nobody in particular when it does not say."""
    return AUDIENCES.get(intent or "", ())
