"""Programs that embed parts of the platform."""
