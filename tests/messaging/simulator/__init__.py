"""Tests of the carrier simulator, seen from outside: by the twilio library, its handsets and a webhook receiver."""
