"""What one shift leaves the next, and what a week was like.

A handoff: `coming.py` (which handover is next), `shift_record.py` (what the record holds of a shift), `digest.py` (what
of it matters), `note_facts.py` and `note_writer.py` (how it is told), `handing_over.py` (when it is drafted, posted and
accepted), `noting.py` (what is carried over), `summary.py` and `summarizing.py` (the language model's sentences).
A week: `report.py` (its numbers), `report_picture.py`, `reporting.py` (when it is due). `noise.py` counts for both.
"""
