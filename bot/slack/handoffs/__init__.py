"""Handing over a shift, and the weekly report, in Slack."""
