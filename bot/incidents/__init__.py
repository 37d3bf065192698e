"""Incidents: what people coordinate on. `lifecycle.py` says which change of state may follow which."""
