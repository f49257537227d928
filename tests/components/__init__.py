"""Tests of the components, on graphs recorded under Pulumi mocks."""
