"""Turns the scaling settings of a server into ScalingArgs: a mapping and nothing more."""

import pulumi

from components.autoscaling.triggers import Trigger
from components.serving import (
    CronTrigger,
    PrometheusTrigger,
    RabbitmqTrigger,
    ScalingArgs,
    ScalingPolicy,
    autoscaling,
)
from settings import scaling as settings


def scaling_args(  # noqa: PLR0913  what a ScalingArgs is made of
    scaling: settings.ReplicaScaling,
    *,
    server: str,
    namespace: pulumi.Input[str],
    min_replicas: int,
    cooldown_seconds: int,
    prometheus_address: pulumi.Input[str],
    rabbitmq_secret: pulumi.Input[str] | None = None,
) -> ScalingArgs:
    """Return how KEDA scales the server of that name; `cooldown_seconds` where its settings say none.

    `rabbitmq_secret` is there if the stack has a RabbitMQ.
    """
    triggers = [_trigger(index, one, server, namespace) for index, one in enumerate(scaling.triggers)]
    return ScalingArgs(
        prometheus_address=prometheus_address,
        # One that is at zero stays there while nothing answers: KEDA's fallback wakes nobody.
        fallback_replicas=max(1, min_replicas),
        triggers=triggers,
        rabbitmq_secret=rabbitmq_secret
        if any(isinstance(one, RabbitmqTrigger) for one in triggers)
        else None,
        polling_seconds=scaling.polling_seconds,
        cooldown_seconds=scaling.cooldown_seconds or cooldown_seconds,
        scale_up=ScalingPolicy(
            percent=scaling.scale_up.percent,
            pods=scaling.scale_up.pods,
            period_seconds=scaling.scale_up.period_seconds,
            stabilization_seconds=scaling.scale_up.stabilization_seconds,
        ),
        scale_down=ScalingPolicy(
            percent=scaling.scale_down.percent,
            period_seconds=scaling.scale_down.period_seconds,
            stabilization_seconds=scaling.scale_down.stabilization_seconds,
        ),
    )


def _trigger(index: int, trigger: settings.Trigger, server: str, namespace: pulumi.Input[str]) -> Trigger:
    # KEDA asks for names that differ; the engine's own triggers have words for names.
    name = f"{trigger.type}-{index}"
    if isinstance(trigger, settings.CronTrigger):
        return CronTrigger(
            name=name,
            timezone=trigger.timezone,
            start=trigger.start,
            end=trigger.end,
            desired_replicas=trigger.desired_replicas,
        )
    if isinstance(trigger, settings.RabbitmqTrigger):
        return RabbitmqTrigger(name=name, queue=trigger.queue, messages=trigger.messages, vhost=trigger.vhost)
    return PrometheusTrigger(
        name=name,
        query=_query(trigger, server, namespace),
        threshold=trigger.threshold,
        activation=trigger.activation_threshold,
    )


def _query(
    trigger: settings.PrometheusTrigger, server: str, namespace: pulumi.Input[str]
) -> pulumi.Input[str]:
    """Return the trigger's PromQL: one value, and 0 where there is none."""
    if trigger.query is not None:
        return f"sum({trigger.query}) or vector(0)"
    return autoscaling.gauge_sum(namespace, server, trigger.metric or "")
