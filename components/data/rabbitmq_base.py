"""What a queue server gives to programs and to KEDA, wherever it runs."""

from typing import Any

import pulumi

from components import credentials


class RabbitMq(pulumi.ComponentResource):
    """The outputs that InClusterRabbitMq and ManagedRabbitMq share. Make one of those two.

    The Secret `<name>-connection` holds the same, under the keys host, port, username, password, uri and
    management-url: a TriggerAuthentication reads it too.
    """

    host: pulumi.Output[str]
    """DNS name, reachable from pods."""
    port: pulumi.Output[int]
    """TCP port of AMQP."""
    username: pulumi.Output[str]
    """The one user, an administrator."""
    password: pulumi.Output[str]
    """Its password; a secret."""
    uri: pulumi.Output[str]
    """`amqp://user:password@host:port/%2F`, or `amqps://` where it speaks TLS; a secret."""
    management_url: pulumi.Output[str]
    """The HTTP API, without user and password: KEDA asks it for the length of queues."""
    connection_secret: pulumi.Output[str]
    """Name of the Kubernetes Secret in the programs' namespace."""

    def __init__(self, token: str, name: str, opts: pulumi.ResourceOptions | None) -> None:
        super().__init__(token, name, None, opts)

    def _publish(
        self, name: str, scheme: str, namespace: pulumi.Input[str], child: pulumi.ResourceOptions
    ) -> dict[str, Any]:
        """Write the Secret for programs and return the component's outputs."""
        self.uri = pulumi.Output.format(
            "{0}://{1}:{2}@{3}:{4}/%2F", scheme, self.username, self.password, self.host, self.port
        )
        fields: dict[str, pulumi.Input[str]] = {
            "host": self.host,
            "port": pulumi.Output.format("{0}", self.port),
            "username": self.username,
            "password": self.password,
            "uri": self.uri,
            "management-url": self.management_url,
        }
        published = credentials.secret(f"{name}-connection", fields, namespace=namespace, opts=child)
        self.connection_secret = published.metadata["name"]
        return {
            "host": self.host,
            "port": self.port,
            "username": self.username,
            "password": self.password,
            "uri": self.uri,
            "management_url": self.management_url,
            "connection_secret": self.connection_secret,
        }
