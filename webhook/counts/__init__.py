"""What the service owner is told: how many conversations there were, and of what kind; never what was said, or by whom."""
