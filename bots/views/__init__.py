"""The pages of bots, one noun per module."""
