"""Trouble in log files, found by rules in one pass and in constant memory.

    files → blocks.py    any file, packed or not, as blocks of whole lines
          → scan.py      which lines are looked at, and what they count for
              rules.py     the table: what counts as trouble, and how much of it
              levels.py    how bad a line says that it is
              moments.py   when it was written
              line.py      one line that is looked at closely
              tally.py     what one rule has counted, and whether that is a burst
              unnamed.py   errors that no rule has a name for
              second_look.py what the language model, where there is one, takes those for
          → finding.py   trouble that was found
          → told.py      a finding as an alert in JSON, which `classify` and `handle` take
              concealed.py its example line, without secrets

`command.py` is `app.py detect`.
"""
