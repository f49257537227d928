"""A model of load: requests arrive, Ready replicas serve them, the rest waits; measured as the engine would."""
