"""What runs Shout on one machine with nothing installed beforehand: its own PostgreSQL, Valkey and process tree."""
