"""What goes out by other ways than Slack: `worker.py` works the store's deliveries off, one thread for each way, so
that a slow mail server holds up no page; `mail.py` and `webhook.py` send. What could not be sent is tried again.
"""
