"""The pages of messaging, one noun per module."""
