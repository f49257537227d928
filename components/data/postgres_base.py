"""What a PostgreSQL database gives to programs, wherever it runs."""

from typing import Any

import pulumi

from components import credentials


class Postgres(pulumi.ComponentResource):
    """The outputs that InClusterPostgres and ManagedPostgres share. Make one of those two.

    The Secret `<name>-connection` holds the same, under the keys host, port, database, username, password
    and uri.
    """

    host: pulumi.Output[str]
    """DNS name of the primary, reachable from pods."""
    port: pulumi.Output[int]
    """TCP port."""
    database: pulumi.Output[str]
    """Name of the database."""
    username: pulumi.Output[str]
    """Owner of the database."""
    password: pulumi.Output[str]
    """The owner's password; a secret."""
    uri: pulumi.Output[str]
    """`postgresql://user:password@host:port/database?sslmode=require`; a secret."""
    connection_secret: pulumi.Output[str]
    """Name of the Kubernetes Secret in the programs' namespace."""

    def __init__(self, token: str, name: str, opts: pulumi.ResourceOptions | None) -> None:
        super().__init__(token, name, None, opts)

    def _publish(
        self, name: str, namespace: pulumi.Input[str], child: pulumi.ResourceOptions
    ) -> dict[str, Any]:
        """Write the Secret for programs and return the component's outputs."""
        self.uri = pulumi.Output.format(
            "postgresql://{0}:{1}@{2}:{3}/{4}?sslmode=require",
            self.username,
            self.password,
            self.host,
            self.port,
            self.database,
        )
        fields: dict[str, pulumi.Input[str]] = {
            "host": self.host,
            "port": pulumi.Output.format("{0}", self.port),
            "database": self.database,
            "username": self.username,
            "password": self.password,
            "uri": self.uri,
        }
        published = credentials.secret(f"{name}-connection", fields, namespace=namespace, opts=child)
        self.connection_secret = published.metadata["name"]
        return {**fields, "port": self.port, "connection_secret": self.connection_secret}
