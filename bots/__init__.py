"""From a text to what should happen."""
