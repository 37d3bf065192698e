"""What `app.py demo` shows: a small shop that really breaks, its monitor, and the runbooks that mend it.

shop.py       the service, with a memory leak          monitor.py    polls it and posts alerts as Alertmanager does
process.py    is the shop running, and ending it       stage.py      starts everything, and ends everything
runbooks/     what the bot proposes here               team.yaml     the three people of the local workspace
"""
