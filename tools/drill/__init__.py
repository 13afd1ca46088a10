"""`make drill`: a whole weekend of a helpline in some minutes, on the real programs, and a table of what was promised and what happened."""
