"""The carrier simulator that ships with Shout: the only place that plays the carrier and the handsets."""
