"""`/oncall`, and standing in for another, as people see them.

`command.py` has the verbs and `asked.py` reads what stands after them; `zones.py` says where a person's clock hangs.
`card.py` draws what people get who are asked to cover and who have asked, `showing.py` hands it to the outbox, and
`clicks.py` does what their buttons say.
"""
