"""What an alert is about and how bad it is.

`category.py` tells the category from its words, `severity.py` the severity from the tool's own level and the team's
policy; the runbook is decided by the runbooks' own `match`. All of it is pure.
"""
