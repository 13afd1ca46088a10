"""Commands that build, start, measure and show Linden; nothing that serves a person imports this package."""
