"""The rota from an iCalendar, as PagerDuty, Opsgenie, Grafana OnCall and Google Calendar export it.

a file or an address → source.py    its text, bounded in size and time; an address is a secret, only its host is shown
                     → events.py    its events as shifts of people of the team file, and what is odd about them; pure
                     → recurring.py each time that an event takes place, within a bounded time
                     → people.py    who is meant by an event; pure
                     → kept.py      the last good one goes on counting, read again every few minutes
"""
