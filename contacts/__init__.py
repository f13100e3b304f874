"""Who may be texted, from which number, and why."""
