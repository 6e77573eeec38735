"""How well the phone's capture coach tells photos that can be read from those that cannot, and how fast."""
