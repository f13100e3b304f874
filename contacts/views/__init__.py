"""The pages of contacts, groups, tags, numbers and imports."""
