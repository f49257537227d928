"""What a cache that speaks Redis gives to programs, wherever it runs."""

from typing import Any

import pulumi

from components import credentials


class RedisCache(pulumi.ComponentResource):
    """The outputs that InClusterRedisCache and ManagedRedisCache share. Make one of those two.

    Both are Valkey. The Secret `<name>-connection` holds the same, under the keys host, port, username,
    password and uri.
    """

    host: pulumi.Output[str]
    """DNS name of the primary, reachable from pods."""
    port: pulumi.Output[int]
    """TCP port."""
    username: pulumi.Output[str]
    """Always `default`: the user that clients are when they give a password alone."""
    password: pulumi.Output[str]
    """The password; a secret."""
    uri: pulumi.Output[str]
    """`redis://:password@host:port/0`, or `rediss://` where the cache speaks TLS; a secret."""
    connection_secret: pulumi.Output[str]
    """Name of the Kubernetes Secret in the programs' namespace."""

    def __init__(self, token: str, name: str, opts: pulumi.ResourceOptions | None) -> None:
        super().__init__(token, name, None, opts)

    def _publish(
        self, name: str, scheme: str, namespace: pulumi.Input[str], child: pulumi.ResourceOptions
    ) -> dict[str, Any]:
        """Write the Secret for programs and return the component's outputs."""
        self.uri = pulumi.Output.format("{0}://:{1}@{2}:{3}/0", scheme, self.password, self.host, self.port)
        fields: dict[str, pulumi.Input[str]] = {
            "host": self.host,
            "port": pulumi.Output.format("{0}", self.port),
            "username": self.username,
            "password": self.password,
            "uri": self.uri,
        }
        published = credentials.secret(f"{name}-connection", fields, namespace=namespace, opts=child)
        self.connection_secret = published.metadata["name"]
        return {**fields, "port": self.port, "connection_secret": self.connection_secret}
