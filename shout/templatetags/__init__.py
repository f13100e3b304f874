"""Template tags; a built-in of every template, no {% load %} needed."""
