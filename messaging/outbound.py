"""The way out: everything that speaks calls `send` (one text) or `broadcast` (a whole group); nothing else does."""
