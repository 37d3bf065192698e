"""What an alert is about, how bad it is, and which runbook answers it.

`weigh.py` is the one place where that is decided. It hears the runbooks' own `match`, `severity.py` (the tool's own
level, and nothing else), `embedded.py` (the category, by a small model of our own that `training/` makes), `ranking.py`
(the runbooks by their text) and `language_model.py` (an opinion, where somebody may be asked). The embedded model looks
at `features.py`, which splits words by `vocabulary.py` and knows what they stand for by `concepts.py`.
"""
