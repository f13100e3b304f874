"""What people type into the pages of contacts, checked: every error says how to mend it."""
