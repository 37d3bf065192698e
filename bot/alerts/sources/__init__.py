"""One file per tool that posts to Slack. Each has `read(message)`: its Alert, or None when the message is not its own."""
