"""One file per tool. Each has `read(message)`: its Alert, or None when the message is not its own."""
