"""What one shift leaves the next. Nothing is here yet; the handoff notes build on the timeline."""
