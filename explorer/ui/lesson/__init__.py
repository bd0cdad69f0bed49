"""A lesson's card beside the page that its step has set."""
